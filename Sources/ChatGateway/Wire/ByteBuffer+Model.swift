import ChatCore
import NIOCore
import SocketIO

/// The objects of CONTRACT sections 2 and 3 as JSON. Fields that always are there show `null` where they have no value;
/// those "where they apply" are left out.
extension ByteBuffer {
    mutating func writeWire(_ card: UserCard) {
        var object = JSONObjectWriter(reserving: 160)
        object.field("id", card.id.rawValue)
        object.field("username", card.username)
        object.field("display_name", card.displayName)
        object.field("avatar_url", card.avatarURL)
        writeImmutableBuffer(object.finish())
    }

    mutating func writeWire(_ user: User, online: Bool) {
        var object = JSONObjectWriter()
        object.field("id", user.id.rawValue)
        object.field("username", user.username)
        object.field("display_name", user.displayName)
        object.field("avatar_url", user.avatarURL)
        object.field("created_at", user.createdAt.rfc3339)
        object.field("last_seen_at", user.lastSeenAt?.rfc3339)
        object.field("status", online ? "online" : "offline")
        object.field("blocked", user.blocked)
        writeImmutableBuffer(object.finish())
    }

    mutating func writeWire(_ chat: Chat) {
        var object = JSONObjectWriter()
        object.fields(of: chat)
        writeImmutableBuffer(object.finish())
    }

    mutating func writeWire(_ member: Member, watermarks: Bool = true) {
        var object = JSONObjectWriter()
        object.field("user_id", member.user.id.rawValue)
        object.field("username", member.user.username)
        object.field("role", member.role.rawValue)
        object.field("joined_at", member.joinedAt.rfc3339)
        if watermarks {
            object.field("read_seq", member.readSeq)
            object.field("delivered_seq", member.deliveredSeq)
        }
        writeImmutableBuffer(object.finish())
    }

    mutating func writeWire(_ item: ChatListItem) {
        var object = JSONObjectWriter(reserving: 2048)
        object.fields(of: item.chat)
        object.array("members", item.members) { $0.writeWire($1) }
        object.name("last_message")
        var last = ByteBuffer()
        if let message = item.lastMessage { last.writeWire(message) } else { last.writeStaticString("null") }
        object.append(last)
        object.field("unread_count", item.unreadCount)
        object.field("read_seq", item.readSeq)
        object.field("delivered_seq", item.deliveredSeq)
        writeImmutableBuffer(object.finish())
    }

    mutating func writeWire(_ message: Message) {
        var object = JSONObjectWriter(reserving: 512 + message.content.utf8.count)
        object.field("id", message.id.rawValue)
        object.field("chat_id", message.chatID.rawValue)
        object.field("seq", message.seq)
        object.field("sender_id", message.sender?.id.rawValue)
        object.name("sender")
        if let sender = message.sender {
            var card = ByteBuffer()
            card.writeWire(sender)
            object.append(card)
        } else {
            object.appendNull()
        }
        object.field("content", message.content)
        object.field("message_type", message.kind.rawValue)
        object.field("created_at", message.createdAt.rfc3339)
        if let clientID = message.clientID { object.field("client_id", clientID) }
        if let quote = message.replyTo { object.field("reply_to", json: Self.wire(quote)) }
        if !message.attachments.isEmpty { object.array("attachments", message.attachments) { $0.writeWire($1) } }
        if !message.reactions.isEmpty { object.field("reactions", json: Self.wire(message.reactions)) }
        if let editedAt = message.editedAt { object.field("edited_at", editedAt.rfc3339) }
        if let deletedAt = message.deletedAt { object.field("deleted_at", deletedAt.rfc3339) }
        writeImmutableBuffer(object.finish())
    }

    mutating func writeWire(_ attachment: Attachment) {
        var object = JSONObjectWriter()
        object.field("id", attachment.id.rawValue)
        object.field("name", attachment.name)
        object.field("size", attachment.size)
        object.field("mime_type", attachment.mimeType)
        object.field("url", "/files/\(attachment.id.rawValue)")
        if let width = attachment.width { object.field("width", width) }
        if let height = attachment.height { object.field("height", height) }
        writeImmutableBuffer(object.finish())
    }

    static func wire(_ quote: Message.Quote) -> ByteBuffer {
        var object = JSONObjectWriter()
        object.field("id", quote.id.rawValue)
        object.field("seq", quote.seq)
        object.field("sender_id", quote.senderID?.rawValue)
        object.field("content", quote.content)
        return object.finish()
    }

    static func wire(_ reactions: [Message.Reaction]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeInteger(UInt8(ascii: "{"))
        for (index, reaction) in reactions.enumerated() {
            if index > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
            buffer.writeJSON(reaction.emoji)
            buffer.writeStaticString(":[")
            for (index, user) in reaction.userIDs.enumerated() {
                if index > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
                buffer.writeJSON(user.rawValue)
            }
            buffer.writeInteger(UInt8(ascii: "]"))
        }
        buffer.writeInteger(UInt8(ascii: "}"))
        return buffer
    }

    static func wire(_ write: (inout ByteBuffer) -> Void) -> ByteBuffer {
        var buffer = ByteBuffer()
        write(&buffer)
        return buffer
    }
}

extension JSONObjectWriter {
    mutating func fields(of chat: Chat) {
        field("id", chat.id.rawValue)
        field("name", chat.name)
        field("type", chat.kind.rawValue)
        field("created_at", chat.createdAt.rfc3339)
        field("member_count", chat.memberCount)
        field("last_seq", chat.lastSeq)
    }

    /// The error object of an ack, and of the `error` event.
    mutating func fields(of error: ChatError) {
        field("code", error.code.rawValue)
        field("message", error.message)
        field("retryable", error.retryable)
        if let retryAfter = error.retryAfter {
            let (seconds, attoseconds) = retryAfter.components
            field("retry_after_ms", seconds * 1000 + attoseconds / 1_000_000_000_000_000)
        }
        if let name = error.field { field("field", name) }
    }
}
