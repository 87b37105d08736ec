import ChatCore
import ChatWire
import JSON
import NIOCore
import SocketIO

/// `chat:join {chatId}` → `chat`; this socket hears `chat:joined` and, from now on, the chat.
struct ChatJoin: SessionEvent {
    static let name = "chat:join"
    static let signature = ClientEventSignature(
        "Hear a chat of one's own again on this socket; every one is heard from the start.",
        takes: [.chatID],
        answers: [.always("chat", .named(.chat))])
    private let chatID: ChatID

    init(_ fields: Fields) throws(ChatError) {
        chatID = try fields.chatID()
    }

    func step(in session: ChatSession) -> EventStep {
        let user = session.user.id
        return .read { [chatID] view in
            _ = try view.membership(of: user, in: chatID)
            guard let chat = try view.chat(chatID) else {
                throw ChatError(.forbidden, "You are not a member of this chat.")
            }
            let answer = Answer { object in object.field("chat") { $0.writeWire(chat) } }
            return ReadAnswer(answer, dependsOnMembership: true) { session in
                session.socket.join(chatID.rawValue)
                session.socket.send(session.gateway.events.frames(.chatJoined(chatID)))
            }
        }
    }
}
