import ChatCore
import ChatWire
import HTTPTypes
import Hummingbird

extension AdminSite {
    var messageRoutes: [Route] {
        [
            guarded(.get, "/admin/chats/{id}/messages", takes: .page + .query("before"), listMessages),
            guarded(
                .post, "/admin/chats/{id}/messages", takes: .fields("content", "sender_id", "message_type"),
                sendMessage),
            guarded(.delete, "/admin/messages/{id}", deleteMessage),
        ]
    }

    /// Ascending by `seq`. As every list it begins at the beginning, and `next` is the `after` of the next page; with
    /// `before` it is the page that ends there.
    @Sendable private func listMessages(_ request: AdminRequest) async throws -> Response {
        let id = ChatID(try request.parameter("id"))
        let limit = try request.limit()
        let before = try request.query(integer: "before", in: 0...Int64.max)
        let after = try request.query(integer: "after", in: 0...Int64.max)
        if before != nil, after != nil { throw HTTPFailure.invalid("Give before or after, not both.", field: "before") }
        let range = before.map { HistoryRange.before($0) } ?? .after(after ?? 0)
        let page = try await store.read { view in
            guard try view.chat(id) != nil else { throw ChatError(.notFound, "There is no such chat.") }
            return try view.history(of: id, range, limit: limit)
        }
        let next = before == nil && page.hasMore ? page.messages.last.map { String($0.seq) } : nil
        return .list(page.messages, next: next) { $0.writeWire($1) }
    }

    @Sendable private func sendMessage(_ request: AdminRequest) async throws -> Response {
        let chat = ChatID(try request.parameter("id"))
        let fields = request.fields
        let content = try fields.required("content")
        let sender = try fields.string("sender_id").map { UserID($0) }
        let kind = try fields.choice("message_type", Message.Kind.self)
        if sender == nil, let kind, kind != .system {
            throw HTTPFailure.invalid("Without sender_id the message_type is system.", field: "message_type")
        }
        if sender != nil, kind == .system {
            throw HTTPFailure.invalid("A system message has no sender_id.", field: "message_type")
        }
        let standing = try await store.read { view in
            (chat: try view.chat(chat) != nil, user: try sender.map { try view.user($0) != nil } ?? true)
        }
        guard standing.chat else { throw HTTPFailure.notFound("There is no such chat.") }
        guard standing.user else { throw HTTPFailure.notFound("There is no such user.", field: "sender_id") }
        let message = NewMessage(
            chatID: chat, sender: sender, content: content, kind: sender == nil ? .system : kind ?? .text)
        do {
            guard case .message(let sent, _) = try await store.perform(.send(message)) else {
                throw HTTPFailure.internal
            }
            return .json(status: .created) { $0.writeWire(sent) }
        } catch let error as ChatError where error.code == .forbidden {
            throw HTTPFailure.conflict("The sender is no member of the chat.", field: "sender_id")
        }
    }

    @Sendable private func deleteMessage(_ request: AdminRequest) async throws -> Response {
        _ = try await store.perform(.delete(nil, MessageID(try request.parameter("id")), by: .operator))
        return .done
    }
}
