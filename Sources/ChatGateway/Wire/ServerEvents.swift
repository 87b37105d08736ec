import ChatCore
import EngineIO
import NIOCore
import SocketIO

/// Every event that the server sends, encoded and framed once. CONTRACT section 3, column "server event"; each carries
/// exactly one object, but `offset`, whose one argument is the string that a stock client remembers.
struct ServerEvents: Sendable {
    let encoder: PacketEncoder

    func messageNew(_ message: ByteBuffer) -> EngineFrames { encoder.event("message:new", json: message) }
    func messageUpdated(_ message: ByteBuffer) -> EngineFrames { encoder.event("message:updated", json: message) }
    func messageDeleted(_ message: ByteBuffer) -> EngineFrames { encoder.event("message:deleted", json: message) }

    func messageReaction(
        chatID: ChatID, messageID: MessageID, userID: UserID, emoji: String, removed: Bool,
        reactions: [Message.Reaction]
    ) -> EngineFrames {
        var object = JSONObjectWriter()
        object.field("chatId", chatID.rawValue)
        object.field("messageId", messageID.rawValue)
        object.field("userId", userID.rawValue)
        object.field("emoji", emoji)
        object.field("removed", removed)
        object.field("reactions", json: ByteBuffer.wire(reactions))
        return encoder.event("message:reaction", json: object.finish())
    }

    func messageRead(_ receipt: Receipt) -> EngineFrames {
        var object = JSONObjectWriter()
        object.field("chatId", receipt.chatID.rawValue)
        object.field("messageId", receipt.messageID.rawValue)
        object.field("seq", receipt.seq)
        object.field("userId", receipt.userID.rawValue)
        object.field("read_at", receipt.at.rfc3339)
        return encoder.event("message:read", json: object.finish())
    }

    func messageDelivered(_ receipt: Receipt) -> EngineFrames {
        var object = JSONObjectWriter()
        object.field("chatId", receipt.chatID.rawValue)
        object.field("messageId", receipt.messageID.rawValue)
        object.field("seq", receipt.seq)
        object.field("userId", receipt.userID.rawValue)
        return encoder.event("message:delivered", json: object.finish())
    }

    func chatAdded(_ chat: Chat) -> EngineFrames { encoder.event("chat:added", json: Self.wrapping(chat)) }
    func chatUpdated(_ chat: Chat) -> EngineFrames { encoder.event("chat:updated", json: Self.wrapping(chat)) }
    func chatRemoved(_ chat: ChatID) -> EngineFrames { encoder.event("chat:removed", json: Self.naming(chat)) }
    func chatJoined(_ chat: ChatID) -> EngineFrames { encoder.event("chat:joined", json: Self.naming(chat)) }
    func chatLeft(_ chat: ChatID) -> EngineFrames { encoder.event("chat:left", json: Self.naming(chat)) }

    func memberAdded(_ chat: ChatID, _ user: UserID) -> EngineFrames {
        encoder.event("chat:member-added", json: Self.naming(chat, user))
    }

    func memberRemoved(_ chat: ChatID, _ user: UserID) -> EngineFrames {
        encoder.event("chat:member-removed", json: Self.naming(chat, user))
    }

    func typing(_ starts: Bool, chat: ChatID, user: UserCard) -> EngineFrames {
        var object = JSONObjectWriter()
        object.field("chatId", chat.rawValue)
        object.field("userId", user.id.rawValue)
        object.field("username", user.username)
        return encoder.event(starts ? "typing:start" : "typing:stop", json: object.finish())
    }

    func userStatus(_ user: UserID, online: Bool, lastSeenAt: Timestamp?) -> EngineFrames {
        var object = JSONObjectWriter()
        object.field("userId", user.rawValue)
        object.field("status", online ? "online" : "offline")
        object.field("last_seen_at", lastSeenAt?.rfc3339)
        return encoder.event("user:status", json: object.finish())
    }

    func userUpdated(_ card: UserCard) -> EngineFrames {
        var object = JSONObjectWriter()
        object.field("user", json: ByteBuffer.wire { $0.writeWire(card) })
        return encoder.event("user:updated", json: object.finish())
    }

    func sessionExpiring(at time: Timestamp) -> EngineFrames {
        var object = JSONObjectWriter()
        object.field("expires_at", time.rfc3339)
        return encoder.event("session:expiring", json: object.finish())
    }

    func sessionEnded(_ end: SessionEnd) -> EngineFrames {
        var object = JSONObjectWriter()
        object.field("code", end.rawValue)
        object.field("message", end.message)
        object.field("reconnect", end.reconnect)
        return encoder.event("session:ended", json: object.finish())
    }

    /// The failure of an event that asked for no ack.
    func error(_ error: ChatError, event: String) -> EngineFrames {
        var object = JSONObjectWriter()
        object.fields(of: error)
        object.field("event", event)
        return encoder.event("error", json: object.finish())
    }

    func offset(_ offset: Offset) -> EngineFrames { encoder.event("offset", [.string(offset.text)]) }

    func ack(_ id: Int, failure: ChatError) -> EngineFrames {
        var error = JSONObjectWriter()
        error.fields(of: failure)
        var object = JSONObjectWriter()
        object.field("ok", false)
        object.field("error", json: error.finish())
        return encoder.ack(id, json: object.finish())
    }

    private static func wrapping(_ chat: Chat) -> ByteBuffer {
        var object = JSONObjectWriter()
        object.field("chat", json: ByteBuffer.wire { $0.writeWire(chat) })
        return object.finish()
    }

    private static func naming(_ chat: ChatID, _ user: UserID? = nil) -> ByteBuffer {
        var object = JSONObjectWriter()
        object.field("chatId", chat.rawValue)
        if let user { object.field("userId", user.rawValue) }
        return object.finish()
    }
}
