import ChatCore
import ChatWire

/// `typing:start {chatId}`: the others in the chat hear it. It ends by `typing:stop`, a send, leaving, disconnecting,
/// and by itself.
struct TypingStart: SessionEvent {
    static let name = "typing:start"
    static let signature = ClientEventSignature(
        "Tell the others that one types.",
        takes: [.chatID],
        isMostlyUnanswered: true)
    private let chatID: ChatID

    init(_ fields: Fields) throws(ChatError) {
        chatID = try fields.chatID()
    }

    func price(for caller: any EventCaller) -> Int { caller.priceOfTelling(chatID) }

    func step(in session: ChatSession) -> EventStep {
        .typing(in: chatID, session, lasts: true) { [chatID] in $0.startTyping(in: chatID) }
    }
}
