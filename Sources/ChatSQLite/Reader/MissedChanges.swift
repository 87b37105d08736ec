import ChatCore

/// Gathers what a user missed, by range scans in each chat that changed.
///
/// 1. Candidates are found: what changed, and the revision of its latest change. Of each kind a chat gives its oldest
///    `limit + 1` at most, and of all together the oldest `limit + 1` are kept.
/// 2. If there are more than `limit`, or their text is more than was asked for, the newest kept revision that fits is
///    the bound: what lies above comes another time.
/// 3. Only those within the bound are read in full, in the order of ``ChangeSet``. Receipts within the bound come with
///    them, uncounted.
struct MissedChanges {
    struct ChatFacts {
        var key: Int64
        var chat: Chat
        var joinedN: Int64
        var joinedSeq: Int64
        var lastN: Int64
        var metaN: Int64
        var membersN: Int64
    }

    /// The message as the user sees it.
    static func message(
        _ n: Int64, in chat: ChatFacts, _ policy: ChatPolicy, _ connection: Connection
    ) throws -> Message? {
        try MessageRow.message(n, connection)?.seen(above: policy.visibleAbove(joinedSeq: chat.joinedSeq))
    }

    enum Item {
        case card(UserCard)
        case joined
        case renamed
        case new(Int64)
        /// An older message, edited or deleted.
        case altered(Int64)
        /// An older message that got or lost reactions.
        case reacted(Int64)
        case memberCame(UserCard)
        case memberWent(UserID)
        case role(UserID, Member.Role)
        case removed(ChatID)
    }

    struct Candidate {
        var revision: Int64
        /// Place in `chats`; `nil`: of no chat.
        var chat: Int?
        var item: Item
    }

    private static let changedChats: StaticString = """
        SELECT c.key, c.id, c.name, c.kind, c.created_ms, c.member_count, c.last_seq, me.joined_n, me.joined_seq,
            c.last_n,
            c.meta_n, c.members_n
        FROM members me CROSS JOIN chats c ON c.key = me.chat WHERE me.user = ? AND c.changed > ?
            AND c.deleted_ms IS NULL
        """
    private static let lengthOfText: StaticString = "SELECT length(CAST(content AS BLOB)) FROM messages WHERE n = ?"
    private static let numberAt: StaticString = "SELECT n FROM messages WHERE chat = ? AND seq = ?"
    private static let numbersFrom: StaticString = """
        SELECT n FROM messages WHERE chat = ? AND seq > ? ORDER BY seq LIMIT ?
        """
    private static let altered: StaticString = """
        SELECT n, changed FROM messages WHERE chat = ?1 AND changed > ?2 AND n <= ?2 AND seq > ?3 ORDER BY
            changed LIMIT ?4
        """
    private static let reacted: StaticString = """
        SELECT n, reacted_n FROM messages WHERE chat = ?1 AND reacted_n > ?2 AND n <= ?2 AND seq > ?3
        ORDER BY reacted_n LIMIT ?4
        """
    private static let membersChanged: StaticString = """
        SELECT u.id, u.username, u.display_name, u.avatar_url, m.joined_n, m.role_n, m.role
        FROM members m CROSS JOIN users u ON u.key = m.user
        WHERE m.chat = ?1 AND (m.joined_n > ?2 OR m.role_n > ?2)
        """
    private static let departed: StaticString = """
        SELECT u.id, d.n FROM departures d CROSS JOIN users u ON u.key = d.user WHERE d.chat = ? AND d.n > ?
        """
    private static let removed: StaticString = """
        SELECT c.id, d.n FROM departures d CROSS JOIN chats c ON c.key = d.chat WHERE d.user = ? AND d.n > ?
        """
    private static let cards: StaticString = """
        SELECT u.id, u.username, u.display_name, u.avatar_url, u.card_n FROM users u
        WHERE u.card_n > ?2 AND u.deleted_ms IS NULL AND (u.key = ?1 OR EXISTS (
            SELECT 1 FROM members mine CROSS JOIN members theirs ON theirs.chat = mine.chat AND theirs.user = u.key
                CROSS JOIN chats c ON c.key = mine.chat
            WHERE mine.user = ?1 AND c.deleted_ms IS NULL))
        ORDER BY u.card_n LIMIT ?3
        """

    let connection: Connection
    let policy: ChatPolicy
    let user: UserID
    let key: Int64
    let after: Int64
    /// Receipts are told later than they are written: their own, older, beginning.
    let receiptsAfter: Int64
    private let limit: Int
    private(set) var chats: [ChatFacts] = []
    private var candidates: [Candidate] = []
    /// Newer ones cannot be among the oldest `limit + 1` any more.
    private var ceiling = Int64.max

    init(
        _ connection: Connection, policy: ChatPolicy, user: UserID, key: Int64, after: Int64, receiptsAfter: Int64,
        limit: Int
    ) {
        self.connection = connection
        self.policy = policy
        self.user = user
        self.key = key
        self.after = after
        self.receiptsAfter = receiptsAfter
        self.limit = limit
    }

    mutating func collect() throws {
        try connection[Self.cards].scan(key, after, limit + 1) { row in
            add(row.int(4), nil, .card(UserRow.card(row)))
            return true
        }
        chats = try connection[Self.changedChats].all(key, receiptsAfter) { row in
            ChatFacts(
                key: row.int(0), chat: ChatRow.chat(row, from: 1), joinedN: row.int(7), joinedSeq: row.int(8),
                lastN: row.int(9), metaN: row.int(10), membersN: row.int(11))
        }
        for place in chats.indices { try collect(place) }
        try connection[Self.removed].scan(key, after) { row in
            add(row.int(1), nil, .removed(ChatID(row.text(0))))
            return true
        }
    }

    /// Whether more than the limit was found.
    var isMore: Bool { candidates.count > limit }

    func changeSet(newest: Revision, bytes: Int) throws -> ChangeSet {
        var chosen = candidates.sorted { $0.revision < $1.revision }
        let count = try countThatFits(chosen.prefix(limit), in: bytes)
        let complete = count == chosen.count
        if !complete { chosen.removeLast(chosen.count - count) }
        let bound = complete ? newest.value : chosen.last?.revision ?? newest.value
        let writer = MissedChangeWriter(self, bound: bound)
        return ChangeSet(changes: try writer.changes(chosen), revision: Revision(bound), complete: complete)
    }

    /// How many of the candidates, oldest first, make up a page: all that have the revision at its end are on it.
    private func countThatFits(_ candidates: ArraySlice<Candidate>, in bytes: Int) throws -> Int {
        var weight = 0
        for (count, candidate) in candidates.enumerated() {
            let isNewRevision = count > 0 && candidates[count - 1].revision != candidate.revision
            if isNewRevision, weight >= bytes { return count }
            weight += try size(of: candidate.item)
        }
        return candidates.count
    }

    private func size(of item: Item) throws -> Int {
        switch item {
        case .new(let n), .altered(let n):
            PageBytes.message + Int(try connection[Self.lengthOfText].first(n) { $0.int(0) } ?? 0)
        case .card, .joined, .renamed, .reacted, .memberCame, .memberWent, .role, .removed: PageBytes.message
        }
    }

    // MARK: -

    private mutating func add(_ revision: Int64, _ chat: Int?, _ item: Item) {
        guard revision <= ceiling else { return }
        candidates.append(Candidate(revision: revision, chat: chat, item: item))
        if candidates.count > 4 * (limit + 1) {
            candidates.sort { $0.revision < $1.revision }
            candidates.removeLast(candidates.count - limit - 1)
            ceiling = candidates[limit].revision
        }
    }

    private mutating func collect(_ place: Int) throws {
        let chat = chats[place]
        let isNew = chat.joinedN > after
        if isNew {
            // All else there is to know of the chat, its new member asks for.
            add(chat.joinedN, place, .joined)
        } else {
            if chat.metaN > after { add(chat.metaN, place, .renamed) }
            try collectAltered(place, chat)
            if chat.membersN > after { try collectMembers(place, chat) }
        }
        if chat.lastN > after { try collectNew(place, chat) }
    }

    private mutating func collectNew(_ place: Int, _ chat: ChatFacts) throws {
        let from = max(floor(of: chat), try Self.lastKnownSeq(chat, after: after, connection))
        try connection[Self.numbersFrom].scan(chat.key, from, limit + 1) { row in
            let n = row.int(0)
            add(n, place, .new(n))
            return true
        }
    }

    private var rules: MissedRules { MissedRules(after: after, policy) }

    private func floor(of chat: ChatFacts) -> Int64 {
        rules.floor(joinedN: chat.joinedN, joinedSeq: chat.joinedSeq)
    }

    /// The greatest seq whose message is not newer than `after`; seq has no gaps, so it is found by halving, beginning
    /// near the end, where it mostly is.
    static func lastKnownSeq(_ chat: ChatFacts, after: Int64, _ connection: Connection) throws -> Int64 {
        func isKnown(_ seq: Int64) throws -> Bool {
            try connection[Self.numberAt].first(chat.key, seq) { $0.int(0) <= after } ?? true
        }
        var step: Int64 = 1
        var unknown = chat.chat.lastSeq + 1
        var known = chat.chat.lastSeq
        while known > 0, try !isKnown(known) {
            unknown = known
            known = max(0, known - step)
            step *= 2
        }
        while unknown - known > 1 {
            let middle = known + (unknown - known) / 2
            if try isKnown(middle) { known = middle } else { unknown = middle }
        }
        return known
    }

    private mutating func collectAltered(_ place: Int, _ chat: ChatFacts) throws {
        let floor = floor(of: chat)
        try connection[Self.altered].scan(chat.key, after, floor, limit + 1) { row in
            add(row.int(1), place, .altered(row.int(0)))
            return true
        }
        try connection[Self.reacted].scan(chat.key, after, floor, limit + 1) { row in
            add(row.int(1), place, .reacted(row.int(0)))
            return true
        }
    }

    private mutating func collectMembers(_ place: Int, _ chat: ChatFacts) throws {
        try connection[Self.membersChanged].scan(chat.key, after) { row in
            let card = UserRow.card(row)
            let role = Member.Role(code: row.int(6))
            let told = rules.member(joinedN: row.int(4), roleN: row.int(5))
            if told.came { add(row.int(4), place, .memberCame(card)) }
            if told.changedRole { add(row.int(5), place, .role(card.id, role)) }
            return true
        }
        try connection[Self.departed].scan(chat.key, after) { row in
            add(row.int(1), place, .memberWent(UserID(row.text(0))))
            return true
        }
    }
}
