import ChatCore

/// Search: words, newest message first.
extension SQLiteReadView {
    /// Every message with the words, and what of it is shown to the user: nothing where it is not theirs to see.
    private static let found: StaticString = """
        SELECT search.rowid, CASE WHEN me.user IS NOT NULL AND c.deleted_ms IS NULL AND m.deleted_ms IS NULL
            AND (?4 = 0 OR m.chat = ?4) AND (?5 = 0 OR m.seq > me.joined_seq)
            THEN highlight(search, 0, ?6, ?7) END, me.joined_seq
        FROM search CROSS JOIN messages m ON m.n = search.rowid
            LEFT JOIN members me ON me.chat = m.chat AND me.user = ?1 LEFT JOIN chats c ON c.key = me.chat
        WHERE search MATCH ?2 AND search.rowid < ?3 ORDER BY search.rowid DESC
        """

    /// Messages with the words that one request looks at, theirs or not: some 20 ms.
    static let searchReach = 50_000

    func search(_ query: String, for user: UserID, in chat: ChatID?, page: PageRequest) throws -> Page<SearchHit> {
        try search(query, for: user, in: chat, page: page, reach: Self.searchReach)
    }

    /// - Parameter reach: after so many messages with the words the page ends, however few of them were the user's;
    ///   `next` goes on there.
    func search(
        _ query: String, for user: UserID, in chat: ChatID?, page: PageRequest, reach: Int
    ) throws -> Page<SearchHit> {
        var chatKey: Int64 = 0
        if let chat {
            _ = try visibleAbove(chat, for: user)
            chatKey = try key(of: chat) ?? 0
        }
        let place = try page.after == nil ? Int64.max : page.place()
        let words = SearchWords.words(query)
        guard let last = words.last else {
            throw ChatError(.invalid, "query has no word that could be looked for.", field: "query")
        }
        guard let userKey = try key(of: user) else { return Page(items: [], next: nil) }
        let endings = try SearchVocabulary.words(beginningWith: last, connection)
        guard endings?.isEmpty != true else { return Page(items: [], next: nil) }
        let limit = page.count
        let joinedOnly = policy.historyVisibility == .joined
        var rows: [(n: Int64, snippet: String, floor: Int64)] = []
        var (looked, lowest) = (0, place)
        do {
            try connection[Self.found].scan(
                userKey, SearchQuery.match(words, endings: endings), place, chatKey, joinedOnly, SearchMarks.start,
                SearchMarks.end
            ) { row in
                looked += 1
                lowest = row.int(0)
                if let marked = row.optionalText(1) {
                    rows.append((lowest, SearchExcerpt.cut(marked), policy.visibleAbove(joinedSeq: row.int(2))))
                }
                return rows.count <= limit && looked < reach
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR {
            // A word in letters that the index's older tables do not know as such: it is in no message either.
            return Page(items: [], next: nil)
        }
        let hits = try rows.compactMap { row -> (key: Int64, item: SearchHit)? in
            guard let message = try MessageRow.message(row.n, connection)?.seen(above: row.floor) else { return nil }
            return (row.n, SearchHit(message: message, snippet: row.snippet))
        }
        var found = Page(hits, count: limit)
        if found.next == nil, looked == reach { found.next = Page<SearchHit>.cursor(lowest) }
        return found
    }
}
