import ChatCore
import ChatWire
import JSON

extension JSONWriter {
    /// The members of an ack after `"ok":true`, of what a command came to.
    ///
    /// - Parameter event: the number of the event that asked for it.
    mutating func fields(of outcome: Outcome, answering event: Int) {
        switch outcome {
        case .message(let message, let duplicate):
            field("message") { $0.writeWire(message) }
            if ClientEvents.all[event] == MessageSend.self { field("duplicate", duplicate) }
        case .chat(let chat, _):
            field("chat") { $0.writeWire(chat) }
        case .reactions(let reactions):
            field("reactions") { $0.writeWire(reactions) }
        case .read(let readSeq, let unreadCount):
            field("read_seq", readSeq)
            field("unread_count", unreadCount)
        case .delivered(let deliveredSeq):
            field("delivered_seq", deliveredSeq)
        case .done, .user, .token, .member, .file:
            break
        }
    }
}
