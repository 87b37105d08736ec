import ChatCore
import ChatWire

/// `message:read {chatId, messageId}` → `read_seq`, `unread_count`: reads everything up to the message.
struct MessageRead: ClientEvent {
    static let name = "message:read"
    static let signature = ClientEventSignature(
        "Everything up to this message was read.",
        takes: [.chatID, .messageID],
        answers: [.always("read_seq", .integer), .always("unread_count", .integer)],
        isMostlyUnanswered: true)
    private let chatID: ChatID
    private let messageID: MessageID

    init(_ fields: Fields) throws(ChatError) {
        chatID = try fields.chatID()
        messageID = try fields.messageID()
    }

    func step(for caller: any EventCaller) -> EventStep {
        .write(.markRead(chatID, messageID, by: caller.user.id))
    }
}
