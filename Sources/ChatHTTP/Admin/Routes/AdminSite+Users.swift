import ByteText
import ChatCore
import ChatWire
import HTTPTypes
import Hummingbird

extension AdminSite {
    var userRoutes: [Route] {
        [
            guarded(.createUser, createUser),
            guarded(.listUsers, listUsers),
            guarded(.getUser, getUser),
            guarded(.updateUser, updateUser),
            guarded(.deleteUser, deleteUser),
            guarded(.listUserChats, listUserChats),
            guarded(.blockUser) { try await self.setBlocked($0, true) },
            guarded(.unblockUser) { try await self.setBlocked($0, false) },
            guarded(.disconnectUser, disconnectUser),
            guarded(.revokeUserTokens, revokeTokens),
        ]
    }

    @Sendable private func createUser(_ request: AdminRequest) async throws -> Response {
        let fields = request.fields
        let user = NewUser(
            id: try fields.string("id").map { UserID($0) }, username: try fields.required("username"),
            displayName: try fields.string("display_name"), avatarURL: try fields.string("avatar_url"))
        guard case .user(let made) = try await store.perform(.createUser(user)) else { throw HTTPFailure.internal }
        return .json(status: .created) { $0.writeWire(made, online: false) }
    }

    @Sendable private func listUsers(_ request: AdminRequest) async throws -> Response {
        let page = request.page
        let query = request.query("q")
        let users = try await store.read { try $0.users(matching: query, page: page) }
        let online = await sessions.online(among: users.items.map(\.id))
        return .list(users.items, next: users.next) { $0.writeWire($1, online: online.contains($1.id)) }
    }

    @Sendable private func getUser(_ request: AdminRequest) async throws -> Response {
        await answer(try await existingUser(request))
    }

    @Sendable private func updateUser(_ request: AdminRequest) async throws -> Response {
        let id = UserID(try request.parameter("id"))
        let fields = request.fields
        let patch = UserPatch(
            username: try fields.string("username"), displayName: try fields.change("display_name"),
            avatarURL: try fields.change("avatar_url"))
        guard case .user(let user) = try await store.perform(.updateUser(id, patch)) else { throw HTTPFailure.internal }
        return await answer(user)
    }

    @Sendable private func deleteUser(_ request: AdminRequest) async throws -> Response {
        let id = UserID(try request.parameter("id"))
        _ = try await store.perform(.deleteUser(id, deleteMessages: request.query("messages", is: "delete")))
        return .done
    }

    @Sendable private func listUserChats(_ request: AdminRequest) async throws -> Response {
        let user = try await existingUser(request).id
        let (limit, after) = (request.limit, request.query("after").map { ChatID($0) })
        let chats = try await store.read { try $0.chatList(of: user) }
        // A chat that has gone meanwhile begins the list anew.
        let start = after.flatMap { after in chats.firstIndex { $0.chat.id == after } }.map { $0 + 1 } ?? 0
        let page = chats[start...].prefix(limit)
        let next = page.endIndex < chats.endIndex ? page.last?.chat.id.rawValue : nil
        return .list(page, next: next) { $0.writeWire($1) }
    }

    private func setBlocked(_ request: AdminRequest, _ blocked: Bool) async throws -> Response {
        _ = try await store.perform(.setBlocked(UserID(try request.parameter("id")), blocked))
        return .done
    }

    @Sendable private func disconnectUser(_ request: AdminRequest) async throws -> Response {
        await sessions.disconnect(user: try await existingUser(request).id)
        return .done
    }

    @Sendable private func revokeTokens(_ request: AdminRequest) async throws -> Response {
        let user = UserID(try request.parameter("id"))
        _ = try await store.perform(.revokeTokens(user, issuedUpTo: tokens.latestIssueAhead(of: user)))
        return .done
    }

    private func existingUser(_ request: AdminRequest) async throws -> User {
        let id = UserID(try request.parameter("id"))
        guard let user = try await store.read({ try $0.user(id) }) else {
            throw HTTPFailure.notFound("There is no such user.")
        }
        return user
    }

    private func answer(_ user: User) async -> Response {
        let isOnline = await sessions.online(among: [user.id]).contains(user.id)
        return .json { $0.writeWire(user, online: isOnline) }
    }
}
