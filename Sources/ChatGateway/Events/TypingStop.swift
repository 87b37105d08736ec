import ChatCore
import SocketIO

/// `typing:stop {chatId}`: the others in the chat hear it, if they had heard a start.
struct TypingStop: ClientEvent {
    static let name = "typing:stop"
    static let signature = ClientEventSignature(
        "Tell the others that one types no more.",
        takes: [.chatID],
        isMostlyUnanswered: true)
    private let chatID: ChatID

    init(_ fields: Fields) throws(ChatError) {
        chatID = try fields.chatID()
    }

    func step(in session: ChatSession) -> EventStep {
        if session.socket.isMember(of: chatID.rawValue) {
            return .local { [chatID] session in
                session.stopTyping(in: chatID)
                return .ok
            }
        }
        let user = session.user.id
        return .read { [chatID] view in
            _ = try view.membership(of: user, in: chatID)
            return ReadAnswer(.ok) { $0.stopTyping(in: chatID) }
        }
    }
}
