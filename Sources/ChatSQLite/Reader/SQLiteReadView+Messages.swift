import ChatCore

/// Messages: one, a stretch of history, what is unread.
extension SQLiteReadView {
    // The columns of MessageRow, four times: the planner wants the direction in the text.
    private static let before: StaticString = """
        SELECT m.n, ?4, m.seq, m.kind, m.created_ms, m.client_id, m.content, m.reacted_n, m.edited_ms, m.deleted_ms,
            u.id, u.username, u.display_name, u.avatar_url, r.n, r.seq, ru.id, substr(r.content, 1, 201), m.files
        FROM messages m LEFT JOIN users u ON u.key = m.sender
            LEFT JOIN messages r ON r.n = m.reply_n LEFT JOIN users ru ON ru.key = r.sender
        WHERE m.chat = ?1 AND m.seq < ?2 AND m.seq > ?5 ORDER BY m.seq DESC LIMIT ?3
        """
    private static let after: StaticString = """
        SELECT m.n, ?4, m.seq, m.kind, m.created_ms, m.client_id, m.content, m.reacted_n, m.edited_ms, m.deleted_ms,
            u.id, u.username, u.display_name, u.avatar_url, r.n, r.seq, ru.id, substr(r.content, 1, 201), m.files
        FROM messages m LEFT JOIN users u ON u.key = m.sender
            LEFT JOIN messages r ON r.n = m.reply_n LEFT JOIN users ru ON ru.key = r.sender
        WHERE m.chat = ?1 AND m.seq > ?2 ORDER BY m.seq LIMIT ?3
        """
    private static let joinedSeq: StaticString = """
        SELECT m.joined_seq FROM users u JOIN chats c ON c.id = ?2 JOIN members m ON m.chat = c.key AND m.user = u.key
        WHERE u.id = ?1 AND c.deleted_ms IS NULL
        """
    private static let unreadOfMember: StaticString = """
        SELECT c.key, c.last_seq, m.read_seq, c.silent_seq
        FROM users u JOIN chats c ON c.id = ?2 JOIN members m ON m.chat = c.key AND m.user = u.key
        WHERE u.id = ?1 AND c.deleted_ms IS NULL
        """
    private static let unreadOfUser: StaticString = """
        SELECT c.key, c.last_seq, m.read_seq, c.silent_seq FROM members m JOIN chats c ON c.key = m.chat
            WHERE m.user = ? AND c.deleted_ms IS NULL
        """
    private static let isLive: StaticString = """
        SELECT 1 FROM messages m JOIN chats c ON c.key = m.chat WHERE m.n = ? AND c.deleted_ms IS NULL
        """

    func message(_ id: MessageID) throws -> Message? {
        guard let n = id.revision?.value, try connection[Self.isLive].first(n, read: { _ in true }) != nil else {
            return nil
        }
        return try MessageRow.message(n, connection)
    }

    func history(of chat: ChatID, _ range: HistoryRange, limit: Int, bytes: Int) throws -> HistoryPage {
        guard let key = try key(of: chat) else { return HistoryPage(messages: [], hasMore: false) }
        return try history(Stretch(key: key, chat: chat, floor: 0), range, limit: limit, bytes: bytes)
    }

    func history(
        of chat: ChatID, for user: UserID, _ range: HistoryRange, limit: Int, bytes: Int
    ) throws -> HistoryPage {
        let floor = try visibleAbove(chat, for: user)
        guard let key = try key(of: chat) else { return HistoryPage(messages: [], hasMore: false) }
        return try history(Stretch(key: key, chat: chat, floor: floor), range, limit: limit, bytes: bytes)
    }

    func message(_ id: MessageID, in chat: ChatID, for user: UserID) throws -> Message {
        let floor = try visibleAbove(chat, for: user)
        return try Message.seen(try message(id), in: chat, above: floor)
    }

    /// The seq above which the user sees the chat's messages.
    ///
    /// - Throws: `forbidden` for those who are no members.
    func visibleAbove(_ chat: ChatID, for user: UserID) throws -> Int64 {
        try policy.visibleAbove(joinedSeq: try joinedSeq(chat, of: user))
    }

    /// `nil` for those who are no members.
    func joinedSeq(_ chat: ChatID, of user: UserID) throws -> Int64? {
        try connection[Self.joinedSeq].first(user, chat) { $0.int(0) }
    }

    /// What of a chat a page is read from.
    private struct Stretch {
        let key: Int64
        let chat: ChatID
        /// Nothing up to this seq is seen.
        let floor: Int64
    }

    private func history(
        _ stretch: Stretch, _ range: HistoryRange, limit: Int, bytes: Int
    ) throws -> HistoryPage {
        var page = try range.page(
            above: stretch.floor, limit: limit, bytes: bytes,
            before: { try before($0, in: stretch, $1, bytes: $2) },
            after: { try after($0, in: stretch, $1, bytes: $2) })
        if stretch.floor > 0 { page.messages = page.messages.map { $0.seen(above: stretch.floor) } }
        return page
    }

    private func before(_ seq: Int64, in stretch: Stretch, _ limit: Int, bytes: Int) throws -> HistoryPage {
        var page = PageOfDrafts(limit: limit, bytes: bytes)
        try connection[Self.before].scan(stretch.key, seq, limit + 1, stretch.chat, stretch.floor) { page.take($0) }
        return HistoryPage(
            messages: try MessageRow.finish(page.drafts.reversed(), connection), hasMore: page.isCut)
    }

    private func after(_ seq: Int64, in stretch: Stretch, _ limit: Int, bytes: Int) throws -> HistoryPage {
        var page = PageOfDrafts(limit: limit, bytes: bytes)
        try connection[Self.after].scan(stretch.key, seq, limit + 1, stretch.chat) { page.take($0) }
        return HistoryPage(messages: try MessageRow.finish(page.drafts, connection), hasMore: page.isCut)
    }

    /// Messages as they are stepped to, until there are enough, or enough text.
    private struct PageOfDrafts {
        private var fill: PageFill
        private(set) var drafts: [MessageRow.Draft] = []
        /// There was one more.
        private(set) var isCut = false

        init(limit: Int, bytes: Int) { fill = PageFill(limit: limit, bytes: bytes) }

        /// - Returns: whether another may be taken.
        mutating func take(_ row: PreparedStatement) -> Bool {
            guard fill.hasRoom else {
                isCut = true
                return false
            }
            let draft = MessageRow.draft(row)
            fill.note(textBytes: draft.message.content.utf8.count)
            drafts.append(draft)
            return true
        }
    }

    func unreadCount(of user: UserID, in chat: ChatID) throws -> Int {
        let count = try connection[Self.unreadOfMember].first(user, chat) { row in
            try unread(chat: row.int(0), lastSeq: row.int(1), readSeq: row.int(2), silentSeq: row.int(3))
        }
        return Int(count ?? 0)
    }

    func unreadTotal(of user: UserID) throws -> Int {
        guard let key = try key(of: user) else { return 0 }
        var total: Int64 = 0
        try connection[Self.unreadOfUser].scan(key) { row in
            total += try unread(chat: row.int(0), lastSeq: row.int(1), readSeq: row.int(2), silentSeq: row.int(3))
            return true
        }
        return Int(total)
    }
}
