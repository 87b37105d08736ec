import ChatCore
import SocketIO

/// `typing:start {chatId}`: the others in the chat hear it. It ends by `typing:stop`, a send, leaving, disconnecting,
/// and by itself.
struct TypingStart: ClientEvent {
    static let name = "typing:start"
    static let signature = ClientEventSignature(
        "Tell the others that one types.",
        takes: [.chatID],
        isMostlyUnanswered: true)
    private let chatID: ChatID

    init(_ fields: Fields) throws(ChatError) {
        chatID = try fields.chatID()
    }

    func step(in session: ChatSession) -> EventStep {
        if session.socket.isMember(of: chatID.rawValue) {
            return .local { [chatID] session in
                session.startTyping(in: chatID)
                return .ok
            }
        }
        let user = session.user.id
        return .read { [chatID] view in
            _ = try view.membership(of: user, in: chatID)
            return ReadAnswer(.ok, dependsOnMembership: true) { $0.startTyping(in: chatID) }
        }
    }
}
