import ChatCore
import JSON
import NIOCore

/// An event that the server sends, as JSON: CONTRACT section 3, column "server event". Each carries exactly one object,
/// but `offset`, whose one argument is the string that a stock client remembers.
package struct ServerEvent: Sendable {
    package let name: StaticString
    /// Its one object.
    package let json: ByteBuffer

    package init(name: StaticString, json: ByteBuffer) {
        self.name = name
        self.json = json
    }

    private init(name: StaticString, _ write: (inout JSONWriter) -> Void) {
        self.init(name: name, json: .objectText(write))
    }

    package static func messageNew(_ message: ByteBuffer) -> ServerEvent {
        ServerEvent(name: "message:new", json: message)
    }
    package static func messageUpdated(_ message: ByteBuffer) -> ServerEvent {
        ServerEvent(name: "message:updated", json: message)
    }
    package static func messageDeleted(_ message: ByteBuffer) -> ServerEvent {
        ServerEvent(name: "message:deleted", json: message)
    }

    package static func messageReaction(_ reaction: ReactionChange) -> ServerEvent {
        ServerEvent(name: "message:reaction") { object in
            object.field("chatId", reaction.chatID.rawValue)
            object.field("messageId", reaction.messageID.rawValue)
            object.field("userId", reaction.userID.rawValue)
            object.field("emoji", reaction.emoji)
            object.field("removed", reaction.removed)
            object.field("reactions") { $0.writeWire(reaction.reactions) }
        }
    }

    package static func messageRead(_ receipt: Receipt) -> ServerEvent {
        ServerEvent(name: "message:read") { object in
            object.field("chatId", receipt.chatID.rawValue)
            object.field("messageId", receipt.messageID.rawValue)
            object.field("seq", receipt.seq)
            object.field("userId", receipt.userID.rawValue)
            object.field("read_at", receipt.at)
        }
    }

    package static func messageDelivered(_ receipt: Receipt) -> ServerEvent {
        ServerEvent(name: "message:delivered") { object in
            object.field("chatId", receipt.chatID.rawValue)
            object.field("messageId", receipt.messageID.rawValue)
            object.field("seq", receipt.seq)
            object.field("userId", receipt.userID.rawValue)
        }
    }

    package static func chatAdded(_ chat: Chat) -> ServerEvent {
        ServerEvent(name: "chat:added", json: Self.wrapping(chat))
    }
    package static func chatUpdated(_ chat: Chat) -> ServerEvent {
        ServerEvent(name: "chat:updated", json: Self.wrapping(chat))
    }
    package static func chatRemoved(_ chat: ChatID) -> ServerEvent {
        ServerEvent(name: "chat:removed", json: Self.naming(chat))
    }
    package static func chatJoined(_ chat: ChatID) -> ServerEvent {
        ServerEvent(name: "chat:joined", json: Self.naming(chat))
    }
    package static func chatLeft(_ chat: ChatID) -> ServerEvent {
        ServerEvent(name: "chat:left", json: Self.naming(chat))
    }

    package static func memberAdded(_ chat: ChatID, _ user: UserID) -> ServerEvent {
        ServerEvent(name: "chat:member-added", json: Self.naming(chat, user))
    }

    package static func memberRemoved(_ chat: ChatID, _ user: UserID) -> ServerEvent {
        ServerEvent(name: "chat:member-removed", json: Self.naming(chat, user))
    }

    package static func typing(_ starts: Bool, chat: ChatID, user: UserCard) -> ServerEvent {
        ServerEvent(name: starts ? "typing:start" : "typing:stop") { object in
            object.field("chatId", chat.rawValue)
            object.field("userId", user.id.rawValue)
            object.field("username", user.username)
        }
    }

    package static func userStatus(_ user: UserID, online: Bool, lastSeenAt: Timestamp?) -> ServerEvent {
        ServerEvent(name: "user:status") { object in
            object.field("userId", user.rawValue)
            object.field("status", online ? "online" : "offline")
            object.field("last_seen_at", lastSeenAt)
        }
    }

    package static func userUpdated(_ card: UserCard) -> ServerEvent {
        ServerEvent(name: "user:updated") { object in
            object.field("user") { $0.writeWire(card) }
        }
    }

    package static func sessionExpiring(at time: Timestamp) -> ServerEvent {
        ServerEvent(name: "session:expiring") { object in
            object.field("expires_at", time)
        }
    }

    package static func sessionEnded(_ end: SessionEnd) -> ServerEvent {
        ServerEvent(name: "session:ended") { object in
            object.field("code", end.rawValue)
            object.field("message", end.message)
            object.field("reconnect", end.reconnect)
        }
    }

    /// The failure of an event that asked for no ack.
    package static func error(_ error: ChatError, event: String) -> ServerEvent {
        ServerEvent(name: "error") { object in
            object.fields(of: error)
            object.field("event", event)
        }
    }

    private static func wrapping(_ chat: Chat) -> ByteBuffer {
        .objectText { object in
            object.field("chat") { $0.writeWire(chat) }
        }
    }

    private static func naming(_ chat: ChatID, _ user: UserID? = nil) -> ByteBuffer {
        .objectText { object in
            object.field("chatId", chat.rawValue)
            if let user { object.field("userId", user.rawValue) }
        }
    }
}
