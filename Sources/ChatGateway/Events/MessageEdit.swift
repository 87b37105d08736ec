import ChatCore
import ChatWire

/// `message:edit {chatId, messageId, content}` → `message`; the chat hears `message:updated`. The sender only.
struct MessageEdit: ClientEvent {
    static let name = "message:edit"
    static let signature = ClientEventSignature(
        "Change a message's text; its sender.",
        takes: [.chatID, .messageID, .always("content", .string)],
        answers: [.always("message", .named(.message))])
    private let chatID: ChatID
    private let messageID: MessageID
    private let content: String

    init(_ fields: Fields) throws(ChatError) {
        chatID = try fields.chatID()
        messageID = try fields.messageID()
        content = try fields.string("content")
    }

    func price(for caller: any EventCaller) -> Int { caller.priceOfTelling(chatID) }

    func step(for caller: any EventCaller) throws(ChatError) -> EventStep {
        try caller.spendMessage()
        return .write(.edit(chatID, messageID, content: content, by: caller.user.id))
    }
}
