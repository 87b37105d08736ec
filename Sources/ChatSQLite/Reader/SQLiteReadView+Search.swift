import ChatCore
import GRDB

/// Search: words, newest message first.
extension SQLiteReadView {
    private static let found: StaticString = """
        SELECT m.n, snippet(search, 0, ?5, ?6, ?7, 24)
        FROM search CROSS JOIN messages m ON m.n = search.rowid
            CROSS JOIN members me ON me.chat = m.chat AND me.user = ?1
        WHERE search MATCH ?2 AND search.rowid < ?3 AND (?8 = 0 OR m.seq > me.joined_seq) AND m.deleted_ms IS NULL
        ORDER BY search.rowid DESC LIMIT ?4
        """
    private static let foundInChat: StaticString = """
        SELECT m.n, snippet(search, 0, ?5, ?6, ?7, 24)
        FROM search CROSS JOIN messages m ON m.n = search.rowid AND m.chat = ?9
            CROSS JOIN members me ON me.chat = m.chat AND me.user = ?1
        WHERE search MATCH ?2 AND search.rowid < ?3 AND (?8 = 0 OR m.seq > me.joined_seq) AND m.deleted_ms IS NULL
        ORDER BY search.rowid DESC LIMIT ?4
        """

    func search(_ query: String, for user: UserID, in chat: ChatID?, page: PageRequest) throws -> Page<SearchHit> {
        var chatKey: Int64?
        if let chat {
            _ = try visibleAbove(chat, for: user)
            chatKey = try key(of: chat)
        }
        let limit = Self.limit(page)
        let place = try page.after == nil ? Int64.max : Self.place(page)
        guard let userKey = try key(of: user), let match = SearchQuery.match(query) else {
            return Page(items: [], next: nil)
        }
        let joinedOnly = policy.historyVisibility == .joined
        func hit(_ row: PreparedStatement) -> (Int64, String) { (row.int(0), row.text(1)) }
        let rows: [(Int64, String)]
        do {
            if let chatKey {
                rows = try connection[Self.foundInChat].all(
                    userKey, match, place, limit + 1, SearchMarks.start, SearchMarks.end, SearchMarks.ellipsis,
                    joinedOnly, chatKey, read: hit)
            } else {
                rows = try connection[Self.found].all(
                    userKey, match, place, limit + 1, SearchMarks.start, SearchMarks.end, SearchMarks.ellipsis,
                    joinedOnly, read: hit)
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR {
            // A word in letters that the index's older tables do not know as such: it is in no message either.
            return Page(items: [], next: nil)
        }
        let hits = try rows.compactMap { n, snippet -> (Int64, SearchHit)? in
            try MessageRow.message(n, connection).map { (n, SearchHit(message: $0, snippet: snippet)) }
        }
        return Self.page(hits, limit: limit)
    }
}
