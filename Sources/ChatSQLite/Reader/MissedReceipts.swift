import ChatCore

/// Receipts of a chat that rose: the latest watermarks, a member each; in large chats one's own only, as live.
struct MissedReceipts {
    private static let everybody: StaticString = """
        SELECT u.id, m.read_seq, m.read_ms, m.read_n, m.delivered_seq, m.delivered_ms, m.delivered_n, m.user
        FROM members m CROSS JOIN users u ON u.key = m.user
        WHERE m.chat = ?1 AND m.user > ?3 AND (m.read_n > ?2 OR m.delivered_n > ?2) ORDER BY m.user LIMIT 100
        """
    private static let own: StaticString = """
        SELECT u.id, m.read_seq, m.read_ms, m.read_n, m.delivered_seq, m.delivered_ms, m.delivered_n, m.user
        FROM members m CROSS JOIN users u ON u.key = m.user
        WHERE m.chat = ?1 AND m.user = ?4 AND m.user > ?3 AND (m.read_n > ?2 OR m.delivered_n > ?2)
        """
    private static let numberAt: StaticString = "SELECT n FROM messages WHERE chat = ? AND seq = ?"

    private let connection: Connection
    private let policy: ChatPolicy
    private let chat: MissedChanges.ChatFacts
    private let after: Int64
    private let end: Int64

    init(
        _ connection: Connection, policy: ChatPolicy, chat: MissedChanges.ChatFacts, after: Int64, end: Int64
    ) {
        self.connection = connection
        self.policy = policy
        self.chat = chat
        self.after = after
        self.end = end
    }

    /// Of some members, by their keys.
    ///
    /// - Parameters:
    ///   - user: whose receipts they are in a large chat.
    ///   - from: members with a greater key.
    func receipts(of user: Int64, from: Int64) throws -> [(user: Int64, changes: [Change])] {
        if MissedRules(after: after, end: end, policy).tellsReceipts(to: chat.chat.memberCount) {
            return try connection[Self.everybody].all(chat.key, after, from, read: read)
        }
        return try connection[Self.own].all(chat.key, after, from, user, read: read)
    }

    private func read(_ row: PreparedStatement) throws -> (user: Int64, changes: [Change])? {
        var changes: [Change] = []
        let user = UserID(row.text(0))
        let marks = Watermarks(
            readSeq: row.int(1), readAt: row.optionalTime(2), readN: row.int(3), deliveredSeq: row.int(4),
            deliveredAt: row.optionalTime(5), deliveredN: row.int(6))
        if let read = marks.read(after: after, upTo: end), let receipt = try receipt(user, read.seq, read.at) {
            changes.append(.messageRead(receipt))
        }
        if let delivered = marks.delivered(after: after, upTo: end),
            let receipt = try receipt(user, delivered.seq, delivered.at)
        {
            changes.append(.messageDelivered(receipt))
        }
        return (row.int(7), changes)
    }

    private func receipt(_ user: UserID, _ seq: Int64, _ at: Timestamp) throws -> Receipt? {
        guard let n = try connection[Self.numberAt].first(chat.key, seq, read: { $0.int(0) }) else { return nil }
        return Receipt(
            chatID: chat.chat.id, userID: user, messageID: MessageID(revision: Revision(n)), seq: seq, at: at,
            memberCount: chat.chat.memberCount)
    }
}
