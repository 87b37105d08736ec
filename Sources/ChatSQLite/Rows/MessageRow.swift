import ByteText
import ChatCore

/// Reading messages: by writer and readers alike.
enum MessageRow {
    private static let reactions: StaticString = """
        SELECT r.emoji, u.id FROM reactions r JOIN users u ON u.key = r.user
        WHERE r.message = ? AND r.removed = 0 ORDER BY r.n
        """
    private static let attachments: StaticString = """
        SELECT id, name, size, mime, width, height FROM files WHERE message = ? ORDER BY place
        """
    private static let byNumber: StaticString = """
        SELECT m.n, c.id, m.seq, m.kind, m.created_ms, m.client_id, m.content, m.reacted_n, m.edited_ms, m.deleted_ms,
            u.id, u.username, u.display_name, u.avatar_url, r.n, r.seq, ru.id, substr(r.content, 1, 201), m.files
        FROM messages m JOIN chats c ON c.key = m.chat LEFT JOIN users u ON u.key = m.sender
            LEFT JOIN messages r ON r.n = m.reply_n LEFT JOIN users ru ON ru.key = r.sender
        WHERE m.n = ?
        """

    /// A message as its row has it, and whether it may have reactions and files.
    struct Draft {
        var message: Message
        var n: Int64
        var reacted: Bool
        var hasFiles: Bool
    }

    /// The columns in the order of `byNumber`, which all queries for messages select.
    static func draft(_ row: PreparedStatement) -> Draft {
        let n = row.int(0)
        var message = Message(
            id: MessageID(revision: Revision(n)), chatID: ChatID(row.text(1)), seq: row.int(2),
            sender: row.isNull(10) ? nil : UserRow.card(row, from: 10), content: row.text(6),
            kind: Message.Kind(code: row.int(3)), createdAt: row.time(4))
        message.clientID = ClientIDColumn.read(row, 5)
        message.editedAt = row.optionalTime(8)
        message.deletedAt = row.optionalTime(9)
        if !row.isNull(14), message.deletedAt == nil {
            message.replyTo = Message.Quote(
                id: MessageID(revision: Revision(row.int(14))), seq: row.int(15),
                senderID: row.optionalText(16).map { UserID($0) }, ofContent: row.text(17))
        }
        return Draft(message: message, n: n, reacted: !row.isNull(7), hasFiles: !row.isNull(18))
    }

    /// The messages of the drafts, with what lies in other tables.
    static func finish(_ drafts: [Draft], _ connection: Connection) throws -> [Message] {
        try drafts.map { try finish($0, connection) }
    }

    static func finish(_ draft: Draft, _ connection: Connection) throws -> Message {
        var message = draft.message
        if draft.reacted {
            message.reactions = try reactions(of: draft.n, connection)
        }
        if draft.hasFiles { message.attachments = try attachments(of: draft.n, connection) }
        return message
    }

    /// `id, name, size, mime, width, height`.
    static func attachment(_ row: PreparedStatement, from first: Int32 = 0) -> Attachment {
        Attachment(
            id: FileID(row.text(first)), name: row.text(first + 1), size: row.int(first + 2),
            mimeType: row.text(first + 3), width: row.optionalInt(first + 4).map { Int($0) },
            height: row.optionalInt(first + 5).map { Int($0) })
    }

    /// The files of a message, in its order.
    static func attachments(of n: Int64, _ connection: Connection) throws -> [Attachment] {
        try connection[attachments].all(n) { attachment($0) }
    }

    static func message(_ n: Int64, _ connection: Connection) throws -> Message? {
        guard let draft = try connection[byNumber].first(n, read: draft) else { return nil }
        return try finish(draft, connection)
    }

    /// All reactions of a message, in the order in which each emoji and each user came.
    static func reactions(of n: Int64, _ connection: Connection) throws -> [Message.Reaction] {
        var places: [ByteString: Int] = [:]
        var reactions: [Message.Reaction] = []
        try connection[Self.reactions].scan(n) { row in
            let emoji = row.text(0)
            let user = UserID(row.text(1))
            if let place = places[ByteString(emoji)] {
                reactions[place].userIDs.append(user)
            } else {
                places[ByteString(emoji)] = reactions.count
                reactions.append(Message.Reaction(emoji: emoji, userIDs: [user]))
            }
            return true
        }
        return reactions
    }
}
