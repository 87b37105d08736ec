import ByteText
import ChatCore
import ChatWire
import HTTPTypes
import Hummingbird

extension AdminSite {
    var chatRoutes: [Route] {
        [
            guarded(.createChat, createChat),
            guarded(.listChats, listChats),
            guarded(.getChat, getChat),
            guarded(.updateChat, updateChat),
            guarded(.deleteChat, deleteChat),
        ]
    }

    /// 201 with the new chat; 200 with the one that is there already, for a second direct chat of the same two.
    @Sendable private func createChat(_ request: AdminRequest) async throws -> Response {
        let fields = request.fields
        let plain = try fields.strings("member_ids") ?? []
        let members = try fields.objects("members").map { member in
            (name: try member.required("user_id"), role: try member.choice("role", Member.Role.self) ?? .member)
        }
        var roles: [ByteString: Member.Role] = [:]
        for member in members {
            guard roles.updateValue(member.role, forKey: ByteString(member.name)) ?? member.role == member.role else {
                throw HTTPFailure.invalid("A member is named with two roles.", field: "members")
            }
        }
        let chat = NewChat(
            id: try fields.string("id").map { ChatID($0) }, name: try fields.string("name"),
            kind: try fields.choice("type") ?? .group, members: plain + members.map(\.name), roles: roles)
        do {
            guard case .chat(let made, let created) = try await store.perform(.createChat(chat, by: .operator)) else {
                throw HTTPFailure.internal
            }
            return .json(status: created ? .created : .ok) { $0.writeWire(made) }
        } catch var error as ChatError where error.field != nil && plain.isEmpty && !members.isEmpty {
            // The rules know one list of members.
            if error.field.map({ ByteString($0) }) == "member_ids" { error.field = "members" }
            throw error
        }
    }

    @Sendable private func listChats(_ request: AdminRequest) async throws -> Response {
        let page = request.page
        let query = request.query("q")
        let chats = try await store.read { try $0.chats(matching: query, page: page) }
        return .list(chats.items, next: chats.next) { $0.writeWire($1) }
    }

    @Sendable private func getChat(_ request: AdminRequest) async throws -> Response {
        let chat = try await existingChat(ChatID(try request.parameter("id")))
        return .json { $0.writeWire(chat) }
    }

    @Sendable private func updateChat(_ request: AdminRequest) async throws -> Response {
        let id = ChatID(try request.parameter("id"))
        let patch = ChatPatch(name: try request.fields.change("name"))
        guard case .chat(let chat, _) = try await store.perform(.updateChat(id, patch, by: .operator)) else {
            throw HTTPFailure.internal
        }
        return .json { $0.writeWire(chat) }
    }

    @Sendable private func deleteChat(_ request: AdminRequest) async throws -> Response {
        _ = try await store.perform(.deleteChat(ChatID(try request.parameter("id"))))
        return .done
    }

    func existingChat(_ id: ChatID) async throws -> Chat {
        guard let chat = try await store.read({ try $0.chat(id) }) else {
            throw HTTPFailure.notFound("There is no such chat.")
        }
        return chat
    }
}
