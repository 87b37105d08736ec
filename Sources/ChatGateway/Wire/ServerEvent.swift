import ChatCore
import EngineIO
import NIOCore
import SocketIO

/// An event that the server sends, as JSON: CONTRACT section 3, column "server event". Each carries exactly one object,
/// but `offset`, whose one argument is the string that a stock client remembers.
struct ServerEvent: Sendable {
    let name: StaticString
    /// Its one object.
    let json: ByteBuffer

    static func messageNew(_ message: ByteBuffer) -> ServerEvent { ServerEvent(name: "message:new", json: message) }
    static func messageUpdated(_ message: ByteBuffer) -> ServerEvent {
        ServerEvent(name: "message:updated", json: message)
    }
    static func messageDeleted(_ message: ByteBuffer) -> ServerEvent {
        ServerEvent(name: "message:deleted", json: message)
    }

    static func messageReaction(
        chatID: ChatID, messageID: MessageID, userID: UserID, emoji: String, removed: Bool,
        reactions: [Message.Reaction]
    ) -> ServerEvent {
        var object = JSONObjectWriter()
        object.field("chatId", chatID.rawValue)
        object.field("messageId", messageID.rawValue)
        object.field("userId", userID.rawValue)
        object.field("emoji", emoji)
        object.field("removed", removed)
        object.field("reactions") { $0.writeWire(reactions) }
        return ServerEvent(name: "message:reaction", json: object.finish())
    }

    static func messageRead(_ receipt: Receipt) -> ServerEvent {
        var object = JSONObjectWriter()
        object.field("chatId", receipt.chatID.rawValue)
        object.field("messageId", receipt.messageID.rawValue)
        object.field("seq", receipt.seq)
        object.field("userId", receipt.userID.rawValue)
        object.field("read_at", receipt.at)
        return ServerEvent(name: "message:read", json: object.finish())
    }

    static func messageDelivered(_ receipt: Receipt) -> ServerEvent {
        var object = JSONObjectWriter()
        object.field("chatId", receipt.chatID.rawValue)
        object.field("messageId", receipt.messageID.rawValue)
        object.field("seq", receipt.seq)
        object.field("userId", receipt.userID.rawValue)
        return ServerEvent(name: "message:delivered", json: object.finish())
    }

    static func chatAdded(_ chat: Chat) -> ServerEvent { ServerEvent(name: "chat:added", json: Self.wrapping(chat)) }
    static func chatUpdated(_ chat: Chat) -> ServerEvent {
        ServerEvent(name: "chat:updated", json: Self.wrapping(chat))
    }
    static func chatRemoved(_ chat: ChatID) -> ServerEvent {
        ServerEvent(name: "chat:removed", json: Self.naming(chat))
    }
    static func chatJoined(_ chat: ChatID) -> ServerEvent { ServerEvent(name: "chat:joined", json: Self.naming(chat)) }
    static func chatLeft(_ chat: ChatID) -> ServerEvent { ServerEvent(name: "chat:left", json: Self.naming(chat)) }

    static func memberAdded(_ chat: ChatID, _ user: UserID) -> ServerEvent {
        ServerEvent(name: "chat:member-added", json: Self.naming(chat, user))
    }

    static func memberRemoved(_ chat: ChatID, _ user: UserID) -> ServerEvent {
        ServerEvent(name: "chat:member-removed", json: Self.naming(chat, user))
    }

    static func typing(_ starts: Bool, chat: ChatID, user: UserCard) -> ServerEvent {
        var object = JSONObjectWriter()
        object.field("chatId", chat.rawValue)
        object.field("userId", user.id.rawValue)
        object.field("username", user.username)
        return ServerEvent(name: starts ? "typing:start" : "typing:stop", json: object.finish())
    }

    static func userStatus(_ user: UserID, online: Bool, lastSeenAt: Timestamp?) -> ServerEvent {
        var object = JSONObjectWriter()
        object.field("userId", user.rawValue)
        object.field("status", online ? "online" : "offline")
        object.field("last_seen_at", lastSeenAt)
        return ServerEvent(name: "user:status", json: object.finish())
    }

    static func userUpdated(_ card: UserCard) -> ServerEvent {
        var object = JSONObjectWriter()
        object.field("user") { $0.writeWire(card) }
        return ServerEvent(name: "user:updated", json: object.finish())
    }

    static func sessionExpiring(at time: Timestamp) -> ServerEvent {
        var object = JSONObjectWriter()
        object.field("expires_at", time)
        return ServerEvent(name: "session:expiring", json: object.finish())
    }

    static func sessionEnded(_ end: SessionEnd) -> ServerEvent {
        var object = JSONObjectWriter()
        object.field("code", end.rawValue)
        object.field("message", end.message)
        object.field("reconnect", end.reconnect)
        return ServerEvent(name: "session:ended", json: object.finish())
    }

    /// The failure of an event that asked for no ack.
    static func error(_ error: ChatError, event: String) -> ServerEvent {
        var object = JSONObjectWriter()
        object.fields(of: error)
        object.field("event", event)
        return ServerEvent(name: "error", json: object.finish())
    }

    private static func wrapping(_ chat: Chat) -> ByteBuffer {
        var object = JSONObjectWriter()
        object.field("chat") { $0.writeWire(chat) }
        return object.finish()
    }

    private static func naming(_ chat: ChatID, _ user: UserID? = nil) -> ByteBuffer {
        var object = JSONObjectWriter()
        object.field("chatId", chat.rawValue)
        if let user { object.field("userId", user.rawValue) }
        return object.finish()
    }
}
