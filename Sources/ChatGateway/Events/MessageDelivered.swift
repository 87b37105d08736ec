import ChatCore
import ChatWire

/// `message:delivered {chatId, messageId}` → `delivered_seq`: everything up to the message arrived.
struct MessageDelivered: ClientEvent {
    static let name = "message:delivered"
    static let signature = ClientEventSignature(
        "Everything up to this message has arrived.",
        takes: [.chatID, .messageID],
        answers: [.always("delivered_seq", .integer)],
        isMostlyUnanswered: true)
    private let chatID: ChatID
    private let messageID: MessageID

    init(_ fields: Fields) throws(ChatError) {
        chatID = try fields.chatID()
        messageID = try fields.messageID()
    }

    func step(for caller: any EventCaller) -> EventStep {
        .write(.markDelivered(chatID, messageID, by: caller.user.id))
    }
}
