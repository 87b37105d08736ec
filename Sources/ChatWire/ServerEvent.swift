import ChatCore
import JSON
import NIOCore

/// An event that the server sends, as JSON: CONTRACT section 3, column "server event". Each carries exactly one object,
/// but `offset`, whose one argument is the string that a stock client remembers.
package struct ServerEvent: Sendable {
    package let name: ServerEventName
    /// Its one object.
    package let json: ByteBuffer

    package init(name: ServerEventName, json: ByteBuffer) {
        self.name = name
        self.json = json
    }

    private init(name: ServerEventName, _ write: (inout JSONWriter) -> Void) {
        self.init(name: name, json: .objectText(write))
    }

    /// What is told of a change. Who sends it to many writes its ``Notice/object`` where it goes out from instead.
    package init(_ notice: Notice) {
        self.init(
            name: notice.event, json: .text(reserving: notice.object.sizeHint) { $0.writeWire(notice.object) })
    }

    package static func chatJoined(_ chat: ChatID) -> ServerEvent {
        ServerEvent(Notice(.chatJoined, .chatID(chat), to: nil))
    }

    package static func chatLeft(_ chat: ChatID) -> ServerEvent {
        ServerEvent(Notice(.chatLeft, .chatID(chat), to: nil))
    }

    package static func typing(_ starts: Bool, chat: ChatID, user: UserCard) -> ServerEvent {
        ServerEvent(name: starts ? .typingStart : .typingStop) { object in
            object.field("chatId", chat.rawValue)
            object.field("userId", user.id.rawValue)
            object.field("username", user.username)
        }
    }

    package static func userStatus(_ user: UserID, online: Bool, lastSeenAt: Timestamp?) -> ServerEvent {
        ServerEvent(name: .userStatus) { object in
            object.field("userId", user.rawValue)
            object.field("status", online ? "online" : "offline")
            object.field("last_seen_at", lastSeenAt)
        }
    }

    package static func sessionExpiring(at time: Timestamp) -> ServerEvent {
        ServerEvent(name: .sessionExpiring) { object in
            object.field("expires_at", time)
        }
    }

    package static func sessionEnded(_ end: SessionEnd) -> ServerEvent {
        ServerEvent(Notice(.sessionEnded, .end(end), to: nil))
    }

    /// The failure of an event that asked for no ack.
    package static func error(_ error: ChatError, event: String) -> ServerEvent {
        ServerEvent(name: .error) { object in
            object.fields(of: error)
            object.field("event", event)
        }
    }
}

extension Notice.Object {
    /// About how many bytes it has as JSON.
    package var sizeHint: Int {
        switch self {
        case .message(let message): message.wireSizeHint
        case .reaction, .read, .delivered, .chat, .chatID, .member, .card, .end: 256
        }
    }
}

extension JSONWriter {
    /// The one argument of an event.
    package mutating func writeWire(_ argument: Notice.Object) {
        switch argument {
        case .message(let message): writeWire(message)
        case .reaction(let reaction): object { $0.fields(of: reaction) }
        case .read(let receipt): object { $0.fields(of: receipt, readAt: receipt.at) }
        case .delivered(let receipt): object { $0.fields(of: receipt, readAt: nil) }
        case .chat(let chat): object { $0.field("chat") { $0.writeWire(chat) } }
        case .chatID(let chat): object { $0.field("chatId", chat.rawValue) }
        case .member(let chat, let user):
            object { object in
                object.field("chatId", chat.rawValue)
                object.field("userId", user.rawValue)
            }
        case .card(let card): object { $0.field("user") { $0.writeWire(card) } }
        case .end(let end): object { $0.fields(of: end) }
        }
    }

    fileprivate mutating func fields(of reaction: ReactionChange) {
        field("chatId", reaction.chatID.rawValue)
        field("messageId", reaction.messageID.rawValue)
        field("userId", reaction.userID.rawValue)
        field("emoji", reaction.emoji)
        field("removed", reaction.removed)
        field("reactions") { $0.writeWire(reaction.reactions) }
    }

    fileprivate mutating func fields(of receipt: Receipt, readAt: Timestamp?) {
        field("chatId", receipt.chatID.rawValue)
        field("messageId", receipt.messageID.rawValue)
        field("seq", receipt.seq)
        field("userId", receipt.userID.rawValue)
        if let readAt { field("read_at", readAt) }
    }

    fileprivate mutating func fields(of end: SessionEnd) {
        field("code", end.rawValue)
        field("message", end.message)
        field("reconnect", end.reconnect)
    }
}
