import ChatCore
import ChatWire

/// `typing:stop {chatId}`: the others in the chat hear it, if they had heard a start.
struct TypingStop: SessionEvent {
    static let name = "typing:stop"
    static let signature = ClientEventSignature(
        "Tell the others that one types no more.",
        takes: [.chatID],
        isMostlyUnanswered: true)
    private let chatID: ChatID

    init(_ fields: Fields) throws(ChatError) {
        chatID = try fields.chatID()
    }

    func price(for caller: any EventCaller) -> Int { caller.priceOfTelling(chatID) }

    func step(in session: ChatSession) -> EventStep {
        .typing(in: chatID, session, lasts: false) { [chatID] in $0.stopTyping(in: chatID) }
    }
}
