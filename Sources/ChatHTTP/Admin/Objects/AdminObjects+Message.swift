import ByteText
import ChatCore

extension AdminObjects {
    /// CONTRACT section 3, "Message object".
    static func message(_ message: Message) -> JSON {
        var members: [(key: ByteString, value: JSON)] = [
            ("id", .string(message.id.rawValue)),
            ("chat_id", .string(message.chatID.rawValue)),
            ("seq", .integer(message.seq)),
            ("sender_id", .optional(message.sender?.id.rawValue)),
            ("sender", message.sender.map(card) ?? .null),
            ("content", .string(message.content)),
            ("message_type", .string(message.kind.rawValue)),
            ("created_at", .string(message.createdAt.rfc3339)),
        ]
        if let clientID = message.clientID { members.append(("client_id", .string(clientID))) }
        if let quote = message.replyTo { members.append(("reply_to", self.quote(quote))) }
        if !message.attachments.isEmpty {
            members.append(("attachments", .array(message.attachments.map(attachment))))
        }
        if !message.reactions.isEmpty {
            members.append(
                (
                    "reactions",
                    .object(
                        message.reactions.map { reaction in
                            (ByteString(reaction.emoji), .array(reaction.userIDs.map { .string($0.rawValue) }))
                        })
                ))
        }
        if let editedAt = message.editedAt { members.append(("edited_at", .string(editedAt.rfc3339))) }
        if let deletedAt = message.deletedAt { members.append(("deleted_at", .string(deletedAt.rfc3339))) }
        return .object(members)
    }

    private static func card(_ card: UserCard) -> JSON {
        .object([
            ("id", .string(card.id.rawValue)),
            ("username", .string(card.username)),
            ("display_name", .optional(card.displayName)),
            ("avatar_url", .optional(card.avatarURL)),
        ])
    }

    private static func quote(_ quote: Message.Quote) -> JSON {
        .object([
            ("id", .string(quote.id.rawValue)),
            ("seq", .integer(quote.seq)),
            ("sender_id", .optional(quote.senderID?.rawValue)),
            ("content", .string(quote.content)),
        ])
    }

    static func attachment(_ file: Attachment) -> JSON {
        var members: [(key: ByteString, value: JSON)] = [
            ("id", .string(file.id.rawValue)),
            ("name", .string(file.name)),
            ("size", .integer(file.size)),
            ("mime_type", .string(file.mimeType)),
            ("url", .string(FileAddress.path(of: file.id))),
        ]
        if let width = file.width { members.append(("width", .integer(Int64(width)))) }
        if let height = file.height { members.append(("height", .integer(Int64(height)))) }
        return .object(members)
    }
}
