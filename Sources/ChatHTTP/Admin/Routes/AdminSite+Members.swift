import ChatCore
import ChatWire
import HTTPTypes
import Hummingbird

extension AdminSite {
    var memberRoutes: [Route] {
        [
            guarded(.listMembers, listMembers),
            guarded(.putMember, putMember),
            guarded(.removeMember, removeMember),
        ]
    }

    @Sendable private func listMembers(_ request: AdminRequest) async throws -> Response {
        let id = ChatID(try request.parameter("id"))
        let page = request.page
        let members = try await store.read { view in
            guard try view.chat(id) != nil else { throw ChatError(.notFound, "There is no such chat.") }
            return try view.members(of: id, page: page)
        }
        return .list(members.items, next: members.next) { $0.writeWire($1, watermarks: false) }
    }

    /// 200 with the member, whether it was one before or not.
    @Sendable private func putMember(_ request: AdminRequest) async throws -> Response {
        let chat = ChatID(try request.parameter("id"))
        let user = UserID(try request.parameter("user_id"))
        let role = try request.fields.choice("role", Member.Role.self)
        let outcome = try await store.perform(.putMember(chat, user, role: role, by: .operator))
        guard case .member(let member) = outcome else { throw HTTPFailure.internal }
        return .json { $0.writeWire(member, watermarks: false) }
    }

    @Sendable private func removeMember(_ request: AdminRequest) async throws -> Response {
        let chat = ChatID(try request.parameter("id"))
        let user = UserID(try request.parameter("user_id"))
        _ = try await store.perform(.removeMember(chat, user, by: .operator))
        return .done
    }
}
