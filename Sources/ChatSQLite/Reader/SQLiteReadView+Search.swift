import ChatCore

/// Search, newest message first: candidates from the index of words, their texts compared with the query.
extension SQLiteReadView {
    /// Every candidate, and its text where the message is one that was asked for and is theirs to see.
    private static let found: StaticString = """
        SELECT m.n, CASE WHEN (?1 = 0 OR me.user IS NOT NULL) AND c.deleted_ms IS NULL AND m.deleted_ms IS NULL
            AND (?3 = 0 OR m.chat = ?3) AND (?4 = 0 OR m.seq > me.joined_seq) AND (?5 = 0 OR m.sender = ?5)
            AND m.created_ms < ?6 AND m.created_ms >= ?7 THEN m.content END, me.joined_seq
        FROM search CROSS JOIN messages m ON m.n = search.rowid
            LEFT JOIN members me ON me.chat = m.chat AND me.user = ?1 LEFT JOIN chats c ON c.key = m.chat
        WHERE search MATCH ?8 AND search.rowid < ?2 ORDER BY search.rowid DESC
        """
    private static let all: StaticString = """
        SELECT m.n, CASE WHEN (?1 = 0 OR me.user IS NOT NULL) AND c.deleted_ms IS NULL AND m.deleted_ms IS NULL
            AND (?3 = 0 OR m.chat = ?3) AND (?4 = 0 OR m.seq > me.joined_seq) AND (?5 = 0 OR m.sender = ?5)
            AND m.created_ms < ?6 AND m.created_ms >= ?7 THEN m.content END, me.joined_seq
        FROM messages m
            LEFT JOIN members me ON me.chat = m.chat AND me.user = ?1 LEFT JOIN chats c ON c.key = m.chat
        WHERE m.n < ?2 ORDER BY m.n DESC
        """
    /// As `all`, of one chat; a place is the row of a message of it.
    private static let ofChat: StaticString = """
        SELECT m.n, CASE WHEN (?1 = 0 OR me.user IS NOT NULL) AND c.deleted_ms IS NULL AND m.deleted_ms IS NULL
            AND (?4 = 0 OR m.seq > me.joined_seq) AND (?5 = 0 OR m.sender = ?5)
            AND m.created_ms < ?6 AND m.created_ms >= ?7 THEN m.content END, me.joined_seq
        FROM messages m
            LEFT JOIN members me ON me.chat = m.chat AND me.user = ?1 LEFT JOIN chats c ON c.key = m.chat
        WHERE m.chat = ?3 AND m.n < ?2
            AND m.seq < ifnull((SELECT seq FROM messages WHERE n = ?2 AND chat = ?3), 9223372036854775807)
        ORDER BY m.seq DESC
        """
    private static let lengthOfChat: StaticString = "SELECT last_seq FROM chats WHERE key = ?"
    private static let unindexed: StaticString = "SELECT unindexed_n FROM state WHERE id = 1"

    /// What one request looks at, some 20 ms at most.
    struct Reach {
        /// Messages that have the words, theirs or not.
        var messages = 50_000
        /// Where the index does not tell which have them.
        var anyMessages = 10_000
        var bytes = 2_000_000
    }

    /// A chat of at most so many messages is looked through in a millisecond, whatever others say.
    private static let shortChat = 1000

    func search(_ request: SearchRequest, for user: UserID?) throws -> SearchPage {
        try search(request, for: user, reach: Reach())
    }

    /// - Parameter reach: when so much was looked at the page ends, however little was found; `next` goes on there.
    func search(_ request: SearchRequest, for user: UserID?, reach: Reach) throws -> SearchPage {
        if let chat = request.chatID, let user { _ = try visibleAbove(chat, for: user) }
        let place = try request.place()
        let query = try SearchQuery(request.query)
        var page = SearchPage(items: [], next: nil, isComplete: try isIndexComplete())
        guard let filter = try filter(request, user) else { return page }
        var hunt = Hunt(matcher: SearchMatcher(query), limit: request.page.count, reach: reach, lowest: place)
        switch try plan(query, filter) {
        case .nothing: return page
        case .index(let words):
            try connection[Self.found].scan(
                filter.user, place, filter.chat, filter.joinedOnly, filter.sender, filter.before, filter.after, words
            ) { hunt.look($0) }
        case .scan:
            if filter.chat == 0 { hunt.reach.messages = min(reach.messages, reach.anyMessages) }
            try connection[filter.chat == 0 ? Self.all : Self.ofChat].scan(
                filter.user, place, filter.chat, filter.joinedOnly, filter.sender, filter.before, filter.after
            ) { hunt.look($0) }
        }
        let rows = hunt.found
        let hits = try rows.compactMap { row -> (key: Int64, item: SearchHit)? in
            let floor = user == nil ? 0 : policy.visibleAbove(joinedSeq: row.joinedSeq)
            guard let message = try MessageRow.message(row.n, connection)?.seen(above: floor) else { return nil }
            let snippet = SearchExcerpt.cut(message.content, hunt.matcher.hits(in: message.content))
            return (row.n, SearchHit(message: message, snippet: snippet))
        }
        let shown = hits.prefix(request.page.count)
        page.items = shown.map(\.item)
        page.compared = hunt.messages
        let last = hits.count > shown.count ? shown.last?.key : hunt.isSpent ? hunt.lowest : nil
        page.next = last.map(request.cursor)
        return page
    }

    private func plan(_ query: SearchQuery, _ filter: Filter) throws -> SearchPlan {
        if filter.chat != 0 {
            let length = try connection[Self.lengthOfChat].first(filter.chat) { $0.int(0) } ?? 0
            if length <= Self.shortChat { return .scan }
        }
        return try SearchPlan(query, connection)
    }

    /// Whether every message is in the index, but for those of the last second.
    private func isIndexComplete() throws -> Bool {
        try connection[Self.unindexed].first { $0.int(0) == 0 } ?? true
    }

    /// What the statements ask of a message; 0: it does not matter.
    private struct Filter {
        var user: Int64 = 0
        var chat: Int64 = 0
        var sender: Int64 = 0
        var before = Int64.max
        var after = Int64.min
        var joinedOnly = false
    }

    /// - Returns: `nil` where somebody is named who is not there.
    private func filter(_ request: SearchRequest, _ user: UserID?) throws -> Filter? {
        var filter = Filter()
        if let user {
            guard let key = try key(of: user) else { return nil }
            filter.user = key
            filter.joinedOnly = policy.historyVisibility == .joined
        }
        if let chat = request.chatID {
            guard let key = try key(of: chat) else { return nil }
            filter.chat = key
        }
        if let sender = request.senderID {
            guard let key = try key(of: sender) else { return nil }
            filter.sender = key
        }
        filter.before = request.before?.milliseconds ?? .max
        filter.after = request.after?.milliseconds ?? .min
        return filter
    }

    /// Goes through candidates until there are enough or enough was looked at.
    private struct Hunt {
        var matcher: SearchMatcher
        let limit: Int
        var reach: Reach
        var lowest: Int64
        var found: [(n: Int64, joinedSeq: Int64)] = []
        private(set) var messages = 0
        private var bytes = 0

        init(matcher: SearchMatcher, limit: Int, reach: Reach, lowest: Int64) {
            self.matcher = matcher
            self.limit = limit
            self.reach = reach
            self.lowest = lowest
        }

        /// Whether it ended before the candidates did.
        var isSpent: Bool { messages >= reach.messages || bytes >= reach.bytes }

        /// - Returns: whether to go on.
        mutating func look(_ row: PreparedStatement) -> Bool {
            messages += 1
            lowest = row.int(0)
            if !row.isNull(1) {
                let isFound = row.withText(1) { text in
                    bytes += text.count
                    return matcher.matches(text)
                }
                if isFound { found.append((lowest, row.int(2))) }
            }
            return found.count <= limit && !isSpent
        }
    }
}
