import ChatCore

/// Reads in full what ``MissedChanges`` chose, and puts it in order.
struct MissedChangeWriter {
    private static let alteredAt: StaticString = "SELECT changed FROM messages WHERE n = ?"
    private static let reactionsSince: StaticString = """
        SELECT r.emoji, u.id, r.removed FROM reactions r JOIN users u ON u.key = r.user
        WHERE r.message = ? AND r.n > ? ORDER BY r.n
        """

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
                case .card(let card): cards.append(.userUpdated(card, in: []))
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
            guard let card = try Self.card(of: missed.key, connection) else { return }
            parts.first.append(.memberAdded(chat, card))
        case .renamed: parts.first.append(.chatUpdated(chat))
        case .new(let n):
            if let message = try message(n, in: facts) { parts.new.append(.messageNew(message)) }
        case .altered(let n):
            guard let message = try message(n, in: facts) else { return }
            parts.altered.append(message.deletedAt == nil ? .messageUpdated(message) : .messageDeleted(message))
        case .reacted(let n): try writeReactions(n, chat, into: &parts)
        case .memberCame(let card): parts.members.append(.memberAdded(chat, card))
        case .memberWent(let user): parts.members.append(.memberRemoved(chat.id, user))
        case .role(let user, let role): parts.members.append(.memberRoleChanged(chat.id, user, role))
        case .card, .removed: return
        }
    }

    private func message(_ n: Int64, in chat: MissedChanges.ChatFacts) throws -> Message? {
        try MissedChanges.message(n, in: chat, missed.policy, connection)
    }

    private func writeReactions(_ n: Int64, _ chat: Chat, into parts: inout Parts) throws {
        parts.reactions += try Self.reactions(
            to: n, of: chat, MissedRules(after: missed.after, end: bound, missed.policy), connection)
    }

    /// Reactions to an older message that were given or taken back.
    static func reactions(
        to n: Int64, of chat: Chat, _ rules: MissedRules, _ connection: Connection
    ) throws -> [Change] {
        let alteredN = try connection[Self.alteredAt].first(n) { $0.optionalInt(0) } ?? nil
        guard rules.tellsReactions(alteredN: alteredN) else { return [] }
        guard let message = try MessageRow.message(n, connection) else { return [] }
        return try connection[Self.reactionsSince].all(n, rules.after) { row in
            .messageReaction(
                ReactionChange(
                    chatID: chat.id, messageID: message.id, seq: message.seq, userID: UserID(row.text(1)),
                    emoji: row.text(0), removed: row.bool(2), reactions: message.reactions))
        }
    }

    /// The latest watermarks; in large chats one's own only, as live.
    private func receipts(of facts: MissedChanges.ChatFacts) throws -> [Change] {
        let reader = MissedReceipts(
            connection, policy: missed.policy, chat: facts, after: missed.receiptsAfter, end: bound)
        var changes: [Change] = []
        var last: Int64 = 0
        while true {
            let rows = try reader.receipts(of: missed.key, from: last)
            guard let end = rows.last?.user else { return changes }
            changes += rows.flatMap(\.changes)
            last = end
        }
    }

    static func card(of user: Int64, _ connection: Connection) throws -> UserCard? {
        try connection.prepare("SELECT id, username, display_name, avatar_url FROM users WHERE key = ?")
            .first(user) { UserRow.card($0) }
    }
}
