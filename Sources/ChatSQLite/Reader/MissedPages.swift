import ChatCore

/// One page of what a user missed: ``MissedChanges`` for those who take it piece by piece, without a list of it all.
///
/// 1. Everything has a place in one order: profiles; each changed chat by its key, and in it its parts one after the
///    other (``Part``); last the chats that one is no longer in. Within a part things have a place by what they are
///    found by: a revision, a seq, a user's key.
/// 2. A page goes on at the place where the one before ended, reads a few rows at a time, and ends when it is full.
/// 3. Of one thing only the latest change counts, and only between `after` and `end`. What changed again after `end` is
///    left to the telling that begins there; but a message that is new is told wherever it stands now, since its
///    update alone would be of a message that nobody knows.
struct MissedPages {
    private enum Stage: Int {
        case profiles, chats, removals, end
    }

    private enum Part: Int {
        case head, new, altered, receipts, reactions, members, departures
    }

    private static let profiles: StaticString = """
        SELECT u.id, u.username, u.display_name, u.avatar_url, u.card_n FROM users u
        WHERE u.card_n > ?2 AND u.card_n <= ?3 AND u.deleted_ms IS NULL AND (u.key = ?1 OR EXISTS (
            SELECT 1 FROM members mine CROSS JOIN members theirs ON theirs.chat = mine.chat AND theirs.user = u.key
                CROSS JOIN chats c ON c.key = mine.chat
            WHERE mine.user = ?1 AND c.deleted_ms IS NULL))
        ORDER BY u.card_n LIMIT 100
        """
    private static let nextChat: StaticString = """
        SELECT c.key, c.id, c.name, c.kind, c.created_ms, c.member_count, c.last_seq, me.joined_n, me.joined_seq,
            c.last_n, c.meta_n, c.members_n
        FROM members me CROSS JOIN chats c ON c.key = me.chat
        WHERE me.user = ?1 AND me.chat >= ?2 AND c.changed > ?3 AND c.deleted_ms IS NULL ORDER BY me.chat LIMIT 1
        """
    private static let new: StaticString = """
        SELECT n, seq FROM messages WHERE chat = ? AND seq > ? AND n <= ? ORDER BY seq LIMIT 100
        """
    private static let altered: StaticString = """
        SELECT n, changed FROM messages
        WHERE chat = ?1 AND changed >= ?2 AND changed <= ?3 AND (changed > ?2 OR n > ?4) AND n <= ?5 AND seq > ?6
        ORDER BY changed, n LIMIT 100
        """
    private static let reacted: StaticString = """
        SELECT n, reacted_n FROM messages
        WHERE chat = ?1 AND reacted_n >= ?2 AND reacted_n <= ?3 AND (reacted_n > ?2 OR n > ?4) AND n <= ?5 AND seq > ?6
        ORDER BY reacted_n, n LIMIT 100
        """
    private static let members: StaticString = """
        SELECT u.id, u.username, u.display_name, u.avatar_url, m.joined_n, m.role_n, m.role, m.user
        FROM members m CROSS JOIN users u ON u.key = m.user
        WHERE m.chat = ?1 AND m.user > ?2 AND (m.joined_n > ?3 OR m.role_n > ?3) ORDER BY m.user LIMIT 200
        """
    private static let departures: StaticString = """
        SELECT u.id, d.user FROM departures d CROSS JOIN users u ON u.key = d.user
        WHERE d.chat = ?1 AND d.user > ?2 AND d.n > ?3 AND d.n <= ?4 ORDER BY d.user LIMIT 200
        """
    private static let removals: StaticString = """
        SELECT c.id, d.n FROM departures d CROSS JOIN chats c ON c.key = d.chat
        WHERE d.user = ?1 AND d.n > ?2 AND d.n <= ?3 ORDER BY d.n LIMIT 100
        """

    private let connection: Connection
    private let policy: ChatPolicy
    private let user: UserID
    private let key: Int64
    private let cursor: MissedCursor
    private let end: Int64
    private let bytes: Int
    private var place: MissedCursor.Place
    private var changes: [Change] = []
    private var weight = 0

    private var after: Int64 { cursor.after.value }
    private var isFull: Bool { weight >= bytes }

    init(
        _ connection: Connection, policy: ChatPolicy, user: UserID, key: Int64, cursor: MissedCursor,
        newest: Revision, bytes: Int
    ) {
        self.connection = connection
        self.policy = policy
        self.user = user
        self.key = key
        self.cursor = cursor
        self.bytes = max(1, bytes)
        end = (cursor.end ?? newest).value
        place = cursor.place
    }

    mutating func read() throws -> MissedPage {
        while !isFull, let stage = Stage(rawValue: place.stage), stage != .end {
            switch stage {
            case .profiles: try readProfiles()
            case .chats: try readChat()
            case .removals: try readRemovals()
            case .end: break
            }
        }
        var next: MissedCursor? = cursor
        next?.end = Revision(end)
        next?.place = place
        if place.stage == Stage.end.rawValue { next = nil }
        return MissedPage(changes: changes, next: next, end: Revision(end))
    }

    // MARK: Moving on

    private mutating func add(_ change: Change, weight: Int = 250) {
        changes.append(change)
        self.weight += weight
    }

    private mutating func begin(_ stage: Stage) {
        place = MissedCursor.Place()
        place.stage = stage.rawValue
    }

    private mutating func begin(_ part: Part) {
        place.part = part.rawValue
        place.at = nil
        place.sub = .max
    }

    private mutating func beginChat(_ key: Int64) {
        place.chat = key
        begin(.head)
    }

    // MARK: Profiles and removals

    private mutating func readProfiles() throws {
        let rows = try connection[Self.profiles].all(key, place.at ?? after, end) { ($0.int(4), UserRow.card($0)) }
        for (revision, card) in rows {
            if isFull { return }
            add(.userUpdated(card, in: []))
            place.at = revision
        }
        if rows.isEmpty { begin(.chats) }
    }

    private mutating func readRemovals() throws {
        let rows = try connection[Self.removals].all(key, place.at ?? after, end) { ($0.int(1), ChatID($0.text(0))) }
        for (revision, chat) in rows {
            if isFull { return }
            add(.memberRemoved(chat, user))
            place.at = revision
        }
        if rows.isEmpty { begin(.end) }
    }

    // MARK: A chat

    private mutating func readChat() throws {
        let since = min(after, cursor.receiptsAfter.value)
        let found = try connection[Self.nextChat].first(key, place.chat, since) { row in
            MissedChanges.ChatFacts(
                key: row.int(0), chat: ChatRow.chat(row, from: 1), joinedN: row.int(7), joinedSeq: row.int(8),
                lastN: row.int(9), metaN: row.int(10), membersN: row.int(11))
        }
        guard let chat = found else { return begin(.removals) }
        // The chat that the page before ended in may be gone.
        if chat.key != place.chat { beginChat(chat.key) }
        // Who came after the end is told of it by the telling that begins there.
        guard chat.joinedN <= end, let part = Part(rawValue: place.part) else { return beginChat(chat.key + 1) }
        let isNew = chat.joinedN > after
        switch part {
        case .head: try readHead(chat, isNew: isNew)
        case .new: try readNew(chat, floor: floor(of: chat))
        case .altered: try isNew ? beginChat(chat.key + 1) : readAltered(chat)
        case .receipts: try readReceipts(chat)
        case .reactions: try readReactions(chat)
        case .members: try chat.membersN > after ? readMembers(chat) : beginChat(chat.key + 1)
        case .departures: try readDepartures(chat)
        }
    }

    /// Nothing is told of messages up to this seq; see ``MissedChanges``.
    private func floor(of chat: MissedChanges.ChatFacts) -> Int64 {
        chat.joinedN > after ? chat.joinedSeq : policy.visibleAbove(joinedSeq: chat.joinedSeq)
    }

    private func message(_ n: Int64, in chat: MissedChanges.ChatFacts) throws -> Message? {
        try MissedChanges.message(n, in: chat, policy, connection)
    }

    private mutating func readHead(_ chat: MissedChanges.ChatFacts, isNew: Bool) throws {
        if isNew {
            if let card = try MissedChangeWriter.card(of: key, connection) { add(.memberAdded(chat.chat, card)) }
        } else if chat.metaN > after, chat.metaN <= end {
            add(.chatUpdated(chat.chat))
        }
        begin(.new)
    }

    private mutating func readNew(_ chat: MissedChanges.ChatFacts, floor: Int64) throws {
        guard chat.lastN > after else { return begin(.altered) }
        let from = try place.at ?? max(floor, MissedChanges.lastKnownSeq(chat, after: after, connection))
        let rows = try connection[Self.new].all(chat.key, from, end) { ($0.int(0), $0.int(1)) }
        for (n, seq) in rows {
            if isFull { return }
            if let message = try message(n, in: chat) { add(.messageNew(message), weight: message.weight) }
            place.at = seq
        }
        if rows.isEmpty { begin(.altered) }
    }

    private mutating func readAltered(_ chat: MissedChanges.ChatFacts) throws {
        let rows = try connection[Self.altered].all(
            chat.key, place.at ?? after, end, place.sub, after, floor(of: chat)) { ($0.int(0), $0.int(1)) }
        for (n, revision) in rows {
            if isFull { return }
            if let message = try message(n, in: chat) {
                add(
                    message.deletedAt == nil ? .messageUpdated(message) : .messageDeleted(message),
                    weight: message.weight)
            }
            (place.at, place.sub) = (revision, n)
        }
        if rows.isEmpty { begin(.receipts) }
    }

    private mutating func readReceipts(_ chat: MissedChanges.ChatFacts) throws {
        let reader = MissedReceipts(
            connection, policy: policy, chat: chat, after: cursor.receiptsAfter.value, end: end)
        let rows = try reader.receipts(of: key, from: place.at ?? 0)
        for row in rows {
            if isFull { return }
            for change in row.changes { add(change) }
            place.at = row.user
        }
        if rows.isEmpty { begin(.reactions) }
    }

    private mutating func readReactions(_ chat: MissedChanges.ChatFacts) throws {
        let rows = try connection[Self.reacted].all(
            chat.key, place.at ?? after, end, place.sub, after, floor(of: chat)) { ($0.int(0), $0.int(1)) }
        for (n, revision) in rows {
            if isFull { return }
            let reactions = try MissedChangeWriter.reactions(to: n, of: chat.chat, after: after, end: end, connection)
            for reaction in reactions { add(reaction, weight: 250 + reactions.count * 40) }
            (place.at, place.sub) = (revision, n)
        }
        if rows.isEmpty { begin(.members) }
    }

    private mutating func readMembers(_ chat: MissedChanges.ChatFacts) throws {
        let rows = try connection[Self.members].all(chat.key, place.at ?? 0, after) { row in
            (row.int(7), UserRow.card(row), row.int(4), row.int(5), Member.Role(code: row.int(6)))
        }
        for (member, card, joined, roleChanged, role) in rows {
            if isFull { return }
            if joined > after, joined <= end { add(.memberAdded(chat.chat, card)) }
            if roleChanged > max(after, joined), roleChanged <= end {
                add(.memberRoleChanged(chat.chat.id, card.id, role))
            }
            place.at = member
        }
        if rows.isEmpty { begin(.departures) }
    }

    private mutating func readDepartures(_ chat: MissedChanges.ChatFacts) throws {
        let rows = try connection[Self.departures].all(chat.key, place.at ?? 0, after, end) {
            ($0.int(1), UserID($0.text(0)))
        }
        for (member, id) in rows {
            if isFull { return }
            add(.memberRemoved(chat.chat.id, id))
            place.at = member
        }
        if rows.isEmpty { beginChat(chat.key + 1) }
    }
}
