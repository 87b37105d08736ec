import ChatCore
import ChatWire
import SocketIO

/// `chat:leave {chatId}`: this socket hears `chat:left` and no more of the chat, until it joins again or reconnects.
/// The membership stays.
struct ChatLeave: SessionEvent {
    static let name = "chat:leave"
    static let signature = ClientEventSignature(
        "Hear a chat no more on this socket; the membership stays.",
        takes: [.chatID],
        isMostlyUnanswered: true)
    private let chatID: ChatID

    init(_ fields: Fields) throws(ChatError) {
        chatID = try fields.chatID()
    }

    func step(in session: ChatSession) -> EventStep {
        let user = session.user.id
        return .read { [chatID] view in
            _ = try view.membership(of: user, in: chatID)
            return ReadAnswer(.ok) { session in
                session.stopTyping(in: chatID)
                session.socket.leave(chatID.rawValue)
                session.socket.send(session.gateway.events.frames(.chatLeft(chatID)))
            }
        }
    }
}
