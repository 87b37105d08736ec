import ChatCore
import JSON
import NIOCore

/// The objects of CONTRACT sections 2 and 3 as JSON. Fields that always are there show `null` where they have no value;
/// those "where they apply" are left out.
extension JSONWriter {
    package mutating func writeWire(_ card: UserCard) {
        object { object in
            object.field("id", card.id.rawValue)
            object.field("username", card.username)
            object.field("display_name", card.displayName)
            object.field("avatar_url", card.avatarURL)
        }
    }

    package mutating func writeWire(_ user: User, online: Bool) {
        object { object in
            object.field("id", user.id.rawValue)
            object.field("username", user.username)
            object.field("display_name", user.displayName)
            object.field("avatar_url", user.avatarURL)
            object.field("created_at", user.createdAt)
            object.field("last_seen_at", user.lastSeenAt)
            object.field("status", online ? "online" : "offline")
            object.field("blocked", user.blocked)
        }
    }

    package mutating func writeWire(_ chat: Chat) {
        object { object in
            object.fields(of: chat)
        }
    }

    package mutating func writeWire(_ member: Member, watermarks: Bool = true) {
        object { object in
            object.field("user_id", member.user.id.rawValue)
            object.field("username", member.user.username)
            object.field("role", member.role.rawValue)
            object.field("joined_at", member.joinedAt)
            if watermarks {
                object.field("read_seq", member.readSeq)
                object.field("delivered_seq", member.deliveredSeq)
            }
        }
    }

    package mutating func writeWire(_ item: ChatListItem) {
        object { object in
            object.fields(of: item.chat)
            object.array("members", item.members) { $0.writeWire($1) }
            if let message = item.lastMessage {
                object.field("last_message") { $0.writeWire(message) }
            } else {
                object.null("last_message")
            }
            object.field("unread_count", item.unreadCount)
            object.field("read_seq", item.readSeq)
            object.field("delivered_seq", item.deliveredSeq)
        }
    }

    package mutating func writeWire(_ message: Message) {
        object { object in
            object.field("id", message.id.rawValue)
            object.field("chat_id", message.chatID.rawValue)
            object.field("seq", message.seq)
            object.field("sender_id", message.sender?.id.rawValue)
            if let sender = message.sender {
                object.field("sender") { $0.writeWire(sender) }
            } else {
                object.null("sender")
            }
            object.field("content", message.content)
            object.field("message_type", message.kind.rawValue)
            object.field("created_at", message.createdAt)
            if let clientID = message.clientID { object.field("client_id", clientID) }
            if let quote = message.replyTo { object.field("reply_to") { $0.writeWire(quote) } }
            if !message.attachments.isEmpty { object.array("attachments", message.attachments) { $0.writeWire($1) } }
            if !message.reactions.isEmpty { object.field("reactions") { $0.writeWire(message.reactions) } }
            if let editedAt = message.editedAt { object.field("edited_at", editedAt) }
            if let deletedAt = message.deletedAt { object.field("deleted_at", deletedAt) }
        }
    }

    package mutating func writeWire(_ attachment: Attachment) {
        object { object in
            object.field("id", attachment.id.rawValue)
            object.field("name", attachment.name)
            object.field("size", attachment.size)
            object.field("mime_type", attachment.mimeType)
            object.field("url", FileAddress.path(of: attachment.id))
            if let width = attachment.width { object.field("width", width) }
            if let height = attachment.height { object.field("height", height) }
        }
    }

    package mutating func writeWire(_ quote: Message.Quote) {
        object { object in
            object.field("id", quote.id.rawValue)
            object.field("seq", quote.seq)
            object.field("sender_id", quote.senderID?.rawValue)
            object.field("content", quote.content)
        }
    }

    package mutating func writeWire(_ reactions: [Message.Reaction]) {
        object { object in
            for reaction in reactions {
                object.name(reaction.emoji)
                object.array(reaction.userIDs) { $0.string($1.rawValue) }
            }
        }
    }

    /// A time as RFC 3339 has it.
    package mutating func field(_ name: StaticString, _ value: Timestamp?) {
        self.name(name)
        if let value {
            plainString(size: Timestamp.rfc3339Size) { value.writeRFC3339(into: $0) }
        } else {
            null()
        }
    }

    package mutating func fields(of chat: Chat) {
        field("id", chat.id.rawValue)
        field("name", chat.name)
        field("type", chat.kind.rawValue)
        field("created_at", chat.createdAt)
        field("member_count", chat.memberCount)
        field("last_seq", chat.lastSeq)
    }

    /// The error object of an ack, and of the `error` event.
    package mutating func fields(of error: ChatError) {
        field("code", error.code.rawValue)
        field("message", error.message)
        field("retryable", error.retryable)
        if let retryAfter = error.retryAfter {
            field("retry_after_ms", retryAfter.wholeMillisecondsUp)
        }
        if let name = error.field { field("field", name) }
    }
}

extension Duration {
    /// Rounded up, and at least 1: whoever waits that long does not come too early.
    package var wholeMillisecondsUp: Int64 {
        let (seconds, attoseconds) = components
        return max(1, seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}

extension Message {
    /// About how many bytes it has as JSON.
    package var wireSizeHint: Int { 480 + content.utf8.count }
}

extension ByteBuffer {
    /// The JSON text of the one value that `write` writes.
    package static func text(reserving capacity: Int = 256, _ write: (inout JSONWriter) -> Void) -> ByteBuffer {
        var writer = JSONWriter(reserving: capacity)
        write(&writer)
        return writer.finish()
    }

    /// A message as JSON text.
    package static func text(of message: Message) -> ByteBuffer {
        text(reserving: message.wireSizeHint) { $0.writeWire(message) }
    }

    /// The JSON text of an object whose members `write` writes.
    package static func objectText(reserving capacity: Int = 256, _ write: (inout JSONWriter) -> Void) -> ByteBuffer {
        text(reserving: capacity) { $0.object(write) }
    }
}
