import ChatCore
import ChatWire
import HTTPTypes
import Hummingbird

extension AdminSite {
    var messageRoutes: [Route] {
        [
            guarded(.listMessages, listMessages),
            guarded(.sendMessage, sendMessage),
            guarded(.deleteMessage, deleteMessage),
        ]
    }

    /// Ascending by `seq`. As every list it begins at the beginning, and `next` is the `after` of the next page; with
    /// `before` it is the page that ends there.
    @Sendable private func listMessages(_ request: AdminRequest) async throws -> Response {
        let id = ChatID(try request.parameter("id"))
        let limit = request.limit
        let (before, after) = (request.query(integer: "before"), request.query(integer: "after"))
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
        let name = try fields.string("sender_id")
        let kind = try fields.choice("message_type", Message.Kind.self)
        let files = try fields.strings("attachment_ids") ?? []
        if name == nil {
            if let kind, kind != .system {
                throw HTTPFailure.invalid("Without sender_id the message_type is system.", field: "message_type")
            }
            guard files.isEmpty else {
                throw HTTPFailure.invalid("A system message has no files: they are a user's.", field: "attachment_ids")
            }
        } else if kind == .system {
            throw HTTPFailure.invalid("A system message has no sender_id.", field: "message_type")
        }
        let sender = try await store.read { view in
            guard try view.chat(chat) != nil else { throw ChatError(.notFound, "There is no such chat.") }
            return try name.map { try view.user(called: $0, field: "sender_id").id }
        }
        let message = NewMessage(
            chatID: chat, sender: sender, content: try fields.required("content"),
            kind: sender == nil ? .system : kind ?? .text, clientID: try fields.string("client_id"),
            replyTo: try fields.string("reply_to").map { MessageID($0) }, attachments: files.map { FileID($0) })
        do {
            guard case .message(let sent, let isDuplicate) = try await store.perform(.send(message)) else {
                throw HTTPFailure.internal
            }
            return .json(status: isDuplicate ? .ok : .created) { $0.writeWire(sent) }
        } catch let error as ChatError where error.code == .forbidden {
            throw HTTPFailure.conflict("The sender is no member of the chat.", field: "sender_id")
        }
    }

    @Sendable private func deleteMessage(_ request: AdminRequest) async throws -> Response {
        _ = try await store.perform(.delete(nil, MessageID(try request.parameter("id")), by: .operator))
        return .done
    }
}

extension ChatReadView {
    /// A user by id or, where there is no such id, by name.
    ///
    /// - Throws: `not_found`, with the field that named them.
    func user(called name: String, field: String) throws -> User {
        if let user = try user(UserID(name)) ?? user(named: name) { return user }
        throw ChatError(.notFound, "There is no such user.", field: field)
    }
}
