import ChatCore

/// Reads in full what ``MissedChanges`` chose, and puts it in order.
struct MissedChangeWriter {
    private static let alteredAt: StaticString = "SELECT changed FROM messages WHERE n = ?"
    private static let reactionsSince: StaticString = """
        SELECT r.emoji, u.id, r.removed FROM reactions r JOIN users u ON u.key = r.user
        WHERE r.message = ? AND r.n > ? ORDER BY r.n
        """
    private static let receipts: StaticString = """
        SELECT u.id, m.read_seq, m.read_ms, m.read_n, m.delivered_seq, m.delivered_ms, m.delivered_n
        FROM members m CROSS JOIN users u ON u.key = m.user
        WHERE m.chat = ?1 AND (m.read_n > ?2 OR m.delivered_n > ?2)
        """
    private static let ownReceipt: StaticString = """
        SELECT u.id, m.read_seq, m.read_ms, m.read_n, m.delivered_seq, m.delivered_ms, m.delivered_n
        FROM members m CROSS JOIN users u ON u.key = m.user
        WHERE m.chat = ?1 AND m.user = ?3 AND (m.read_n > ?2 OR m.delivered_n > ?2)
        """
    private static let numberAt: StaticString = "SELECT n FROM messages WHERE chat = ? AND seq = ?"

    private let missed: MissedChanges
    /// The newest revision to be told.
    private let bound: Int64
    private var connection: Connection { missed.connection }

    init(_ missed: MissedChanges, bound: Int64) {
        self.missed = missed
        self.bound = bound
    }

    /// What a chat gives, by its place among the others.
    private struct Parts {
        var first: [Change] = []
        var new: [Change] = []
        var altered: [Change] = []
        var reactions: [Change] = []
        var members: [Change] = []
    }

    func changes(_ candidates: [MissedChanges.Candidate]) throws -> [Change] {
        var cards: [Change] = []
        var removed: [Change] = []
        var parts = [Parts](repeating: Parts(), count: missed.chats.count)
        for candidate in candidates {
            guard let place = candidate.chat else {
                switch candidate.item {
                case .card(let card): cards.append(.userUpdated(card))
                case .removed(let chat): removed.append(.memberRemoved(chat, missed.user))
                default: continue
                }
                continue
            }
            try write(candidate.item, of: missed.chats[place], into: &parts[place])
        }
        var changes = cards
        for (place, parts) in parts.enumerated() {
            let chat = missed.chats[place]
            changes += parts.first + parts.new + parts.altered
            if chat.joinedN <= missed.after { changes += try receipts(of: chat) }
            changes += parts.reactions + parts.members
        }
        return changes + removed
    }

    private func write(_ item: MissedChanges.Item, of facts: MissedChanges.ChatFacts, into parts: inout Parts) throws {
        let chat = facts.chat
        switch item {
        case .joined:
            guard let card = try card(of: missed.user) else { return }
            parts.first.append(.memberAdded(chat, card))
        case .renamed: parts.first.append(.chatUpdated(chat))
        case .new(let n):
            if let message = try MessageRow.message(n, connection) { parts.new.append(.messageNew(message)) }
        case .altered(let n):
            guard let message = try MessageRow.message(n, connection) else { return }
            parts.altered.append(message.deletedAt == nil ? .messageUpdated(message) : .messageDeleted(message))
        case .reacted(let n): try writeReactions(n, chat, into: &parts)
        case .memberCame(let card): parts.members.append(.memberAdded(chat, card))
        case .memberWent(let user): parts.members.append(.memberRemoved(chat.id, user))
        case .role(let user, let role): parts.members.append(.memberRoleChanged(chat.id, user, role))
        case .card, .removed: return
        }
    }

    private func writeReactions(_ n: Int64, _ chat: Chat, into parts: inout Parts) throws {
        // If its latest edit is told too, its reactions are in that.
        if let altered = try connection[Self.alteredAt].first(n, read: { $0.optionalInt(0) }) ?? nil,
            altered > missed.after, altered <= bound
        {
            return
        }
        guard let message = try MessageRow.message(n, connection) else { return }
        try connection[Self.reactionsSince].scan(n, missed.after) { row in
            parts.reactions.append(
                .messageReaction(
                    chatID: chat.id, messageID: message.id, userID: UserID(row.text(1)), emoji: row.text(0),
                    removed: row.bool(2), reactions: message.reactions))
            return true
        }
    }

    /// The latest watermarks; in large chats one's own only, as live.
    private func receipts(of facts: MissedChanges.ChatFacts) throws -> [Change] {
        var changes: [Change] = []
        func read(_ row: PreparedStatement) throws -> Bool {
            let user = UserID(row.text(0))
            let (readSeq, deliveredSeq) = (row.int(1), row.int(4))
            if isWithin(row.int(3)), let receipt = try receipt(user, readSeq, row.time(2), facts) {
                changes.append(.messageRead(receipt))
            }
            if isWithin(row.int(6)), deliveredSeq > readSeq || !isWithin(row.int(3)),
                let receipt = try receipt(user, deliveredSeq, row.time(5), facts)
            {
                changes.append(.messageDelivered(receipt))
            }
            return true
        }
        if facts.chat.memberCount <= missed.policy.quietMembers {
            try connection[Self.receipts].scan(facts.key, missed.receiptsAfter, read: read)
        } else {
            try connection[Self.ownReceipt].scan(facts.key, missed.receiptsAfter, missed.key, read: read)
        }
        return changes
    }

    private func isWithin(_ revision: Int64) -> Bool { revision > missed.receiptsAfter && revision <= bound }

    private func receipt(
        _ user: UserID, _ seq: Int64, _ at: Timestamp, _ facts: MissedChanges.ChatFacts
    ) throws -> Receipt? {
        guard let n = try connection[Self.numberAt].first(facts.key, seq, read: { $0.int(0) }) else { return nil }
        return Receipt(
            chatID: facts.chat.id, userID: user, messageID: MessageID(revision: Revision(n)), seq: seq, at: at,
            memberCount: facts.chat.memberCount)
    }

    private func card(of user: UserID) throws -> UserCard? {
        try connection.prepare("SELECT id, username, display_name, avatar_url FROM users WHERE key = ?")
            .first(missed.key) { UserRow.card($0) }
    }
}
