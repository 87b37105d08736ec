import ChatCore

/// Messages and reactions as ``ChatCore/ChatRecords``.
extension BatchWriter {
    // The columns of `record`, twice.
    private static let byNumber: StaticString = """
        SELECT m.n, m.chat, m.seq, m.kind, m.content, m.edited_ms, m.deleted_ms, m.sender, u.id, m.reply_n, m.files
        FROM messages m LEFT JOIN users u ON u.key = m.sender WHERE m.n = ?
        """
    private static let byClientKey: StaticString = """
        SELECT m.n, m.chat, m.seq, m.kind, m.content, m.edited_ms, m.deleted_ms, m.sender, NULL, m.reply_n, m.files,
            m.client_id
        FROM messages m WHERE m.client_key = ? AND m.sender = ?
        """
    private static let systemByClientKey: StaticString = """
        SELECT m.n, m.chat, m.seq, m.kind, m.content, m.edited_ms, m.deleted_ms, m.sender, NULL, m.reply_n, m.files,
            m.client_id
        FROM messages m WHERE m.client_key = ? AND m.sender IS NULL AND m.kind = 3
        """
    private static let insert: StaticString = """
        INSERT INTO messages (n, chat, seq, sender, kind, created_ms, client_key, client_id, content, reply_n)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    private static let edit: StaticString = """
        UPDATE messages SET content = ?, edited_ms = ?, changed = ? WHERE n = ?
        """
    private static let erase: StaticString = """
        UPDATE messages SET content = '', deleted_ms = ?, changed = ?, reacted_n = NULL, files = NULL
        WHERE n = ?
        """
    private static let silentAbove: StaticString = """
        SELECT count(*) FROM messages WHERE chat = ? AND seq > ? AND (kind = 3 OR deleted_ms IS NOT NULL)
        """
    private static let eraseReactions: StaticString = "DELETE FROM reactions WHERE message = ?"
    private static let unindex: StaticString = "INSERT INTO search (search, rowid, content) VALUES ('delete', ?, ?)"
    private static let reacted: StaticString = """
        SELECT 1 FROM reactions WHERE message = ? AND emoji = ? AND user = ? AND removed = 0
        """
    private static let react: StaticString = """
        INSERT INTO reactions (message, emoji, user, n, removed) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (message, emoji, user) DO UPDATE SET n = excluded.n, removed = excluded.removed
        """
    private static let noteReaction: StaticString = "UPDATE messages SET reacted_n = ? WHERE n = ?"
    private static let noteCleaning: StaticString = """
        INSERT INTO chores (kind, subject) SELECT 3, 0
        WHERE NOT EXISTS (SELECT 1 FROM chores WHERE kind = 3 AND done_n = 0)
        """

    private static func record(_ row: PreparedStatement) -> MessageRecord {
        MessageRecord(
            n: row.int(0), chatKey: row.int(1), seq: row.int(2), kind: Message.Kind(code: row.int(3)),
            content: row.text(4), isEdited: !row.isNull(5), isDeleted: !row.isNull(6), senderKey: row.optionalInt(7),
            senderID: row.optionalText(8).map { UserID($0) }, replyN: row.optionalInt(9), hasFiles: !row.isNull(10))
    }

    func message(_ n: Int64) throws -> MessageRecord? { try connection[Self.byNumber].first(n, read: Self.record) }

    func message(of sender: UserRecord, clientID: String) throws -> MessageRecord? {
        var found: MessageRecord?
        let key = ClientIDColumn.key(sender: sender.key, clientID)
        try connection[Self.byClientKey].scan(key, sender.key) { row in
            guard ClientIDColumn.read(row, 11) == clientID else { return true }
            found = Self.record(row)
            found?.senderID = sender.user.id
            return false
        }
        return found
    }

    func systemMessage(clientID: String) throws -> MessageRecord? {
        var found: MessageRecord?
        let key = ClientIDColumn.key(sender: ClientIDColumn.system, clientID)
        try connection[Self.systemByClientKey].scan(key) { row in
            guard ClientIDColumn.read(row, 11) == clientID else { return true }
            found = Self.record(row)
            return false
        }
        return found
    }

    func wholeMessage(_ n: Int64) throws -> Message? { try MessageRow.message(n, connection) }

    func insertMessage(_ new: NewMessageRecord) throws {
        let clientKey = new.clientID.map { ClientIDColumn.key(sender: new.senderKey ?? ClientIDColumn.system, $0) }
        var content = new.content
        try content.withUTF8 { content in
            try connection[Self.insert].run(
                new.n, new.chatKey, new.seq, OptionalInteger(new.senderKey), new.kind.code, now,
                OptionalInteger(clientKey), ClientIDColumn(new.clientID), BorrowedText(content),
                OptionalInteger(new.replyN))
        }
    }

    func putContent(_ content: String, of message: MessageRecord, n: Int64) throws {
        try unindex(message.n, message.content)
        // What was said before is as gone as what is deleted.
        try overwritingFreedPages { try connection[Self.edit].run(content, now, n, message.n) }
        if isIndexed(message.n) { try SearchIndexer.put(message.n, content, connection) }
    }

    /// The content is overwritten in the file; reactions, files and search entry are gone.
    func eraseMessage(_ message: MessageRecord, n: Int64) throws {
        try unindex(message.n, message.content)
        // A long text lies on pages of its own, which are given back.
        try overwritingFreedPages { try connection[Self.erase].run(now, n, message.n) }
        if message.hasFiles { try eraseFiles(of: message.n) }
        try connection[Self.eraseReactions].run(message.n)
    }

    func silentCount(in chat: ChatRecord, above seq: Int64) throws -> Int64 {
        try connection[Self.silentAbove].first(chat.key, seq) { $0.int(0) } ?? 0
    }

    func hasReacted(_ user: UserRecord, to n: Int64, with emoji: String) throws -> Bool {
        try connection[Self.reacted].first(n, emoji, user.key) { _ in true } != nil
    }

    func reactions(to n: Int64) throws -> [Message.Reaction] { try MessageRow.reactions(of: n, connection) }

    func putReaction(_ emoji: String, of user: UserRecord, to message: MessageRecord, removed: Bool, n: Int64) throws {
        try connection[Self.react].run(message.n, emoji, user.key, n, removed)
        try connection[Self.noteReaction].run(n, message.n)
    }

    private func isIndexed(_ n: Int64) -> Bool { n <= indexed && n > unindexed }

    /// Takes a message out of the search index, if the index has got as far as it.
    func unindex(_ n: Int64, _ content: String) throws {
        guard isIndexed(n), !content.isEmpty else { return }
        try connection[Self.unindex].run(n, SearchTokens.indexed(content))
        hasUnindexed = true
        // The index only notes that the entry is gone; its words stay until they are merged away.
        guard !isCleaningNoted else { return }
        try connection[Self.noteCleaning].run()
        isCleaningNoted = true
    }
}
