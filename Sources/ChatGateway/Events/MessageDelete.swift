import ChatCore
import ChatWire

/// `message:delete {chatId, messageId}` → `message`, the tombstone; the chat hears `message:deleted`. The sender, or an
/// owner or admin of the chat.
struct MessageDelete: ClientEvent {
    static let name = "message:delete"
    static let signature = ClientEventSignature(
        "Make a tombstone of a message; its sender, an owner or an admin.",
        takes: [.chatID, .messageID],
        answers: [.always("message", .named(.message))])
    private let chatID: ChatID
    private let messageID: MessageID

    init(_ fields: Fields) throws(ChatError) {
        chatID = try fields.chatID()
        messageID = try fields.messageID()
    }

    func price(for caller: any EventCaller) -> Int { caller.priceOfTelling(chatID) }

    func step(for caller: any EventCaller) -> EventStep {
        .write(.delete(chatID, messageID, by: .user(caller.user.id)))
    }
}
