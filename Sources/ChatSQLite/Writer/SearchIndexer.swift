import ChatCore

/// Brings the search index up to the newest message, in transactions of its own: it follows the writer within a second
/// and costs a send nothing.
///
/// What is in the index is all between two marks. `state.indexed_n` rises with the newest message. `state.unindexed_n`
/// falls to 0 while a file of before, whose index was of another kind, is indexed anew: newest messages first, since
/// those are looked for most.
struct SearchIndexer {
    private static let missing: StaticString = """
        SELECT n, content FROM messages WHERE n > ? ORDER BY n LIMIT ?
        """
    private static let older: StaticString = """
        SELECT n, content FROM messages WHERE n <= ? ORDER BY n DESC LIMIT ?
        """
    private static let insert: StaticString = "INSERT INTO search (rowid, content) VALUES (?, ?)"
    private static let indexed: StaticString = "SELECT indexed_n FROM state WHERE id = 1"
    private static let note: StaticString = "UPDATE state SET indexed_n = ? WHERE id = 1"
    private static let noteOlder: StaticString = "UPDATE state SET unindexed_n = ? WHERE id = 1"

    /// Messages of one transaction: some 20 ms.
    static let slice = 1000
    /// The same beside the traffic: some 5 ms, and no more bytes of text than this, when they are long.
    private static let olderSlice = 500
    private static let olderBytes = 64 << 10

    /// Indexes up to ``slice`` messages; in a transaction of the caller's.
    ///
    /// - Returns: the new watermark, and whether more wait.
    static func advance(_ connection: Connection, from indexed: Int64) throws -> (indexed: Int64, more: Bool) {
        let rows = try connection[missing].all(indexed, slice) { ($0.int(0), $0.text(1)) }
        guard let last = rows.last?.0 else { return (indexed, false) }
        for (n, content) in rows { try put(n, content, connection) }
        try connection[note].run(last)
        return (last, rows.count == slice)
    }

    /// Indexes some of the messages that were there before the index was begun anew; in a transaction of the caller's.
    ///
    /// - Returns: up to which message they are not yet indexed; 0: that was all.
    static func goBack(_ connection: Connection, from unindexed: Int64) throws -> Int64 {
        var rows: [(n: Int64, content: String)] = []
        var bytes = 0
        try connection[older].scan(unindexed, olderSlice) { row in
            rows.append((row.int(0), row.text(1)))
            bytes += rows[rows.count - 1].content.utf8.count
            return bytes < olderBytes
        }
        let isAll = rows.count < olderSlice && bytes < olderBytes
        let left = isAll ? 0 : (rows.last?.n ?? 1) - 1
        // Rising, as FTS5 likes them.
        for (n, content) in rows.reversed() { try put(n, content, connection) }
        try connection[noteOlder].run(left)
        return left
    }

    /// Puts a text into the index.
    static func put(_ n: Int64, _ content: String, _ connection: Connection) throws {
        guard !content.isEmpty else { return }
        var words = SearchTokens.indexed(content)
        try words.withUTF8 { try connection[insert].run(n, BorrowedText($0)) }
    }

    /// Indexes everything newer than what is indexed; in a transaction of the caller's.
    static func advanceToEnd(_ connection: Connection) throws {
        var place = (indexed: try connection[indexed].first { $0.int(0) } ?? 0, more: true)
        while place.more { place = try advance(connection, from: place.indexed) }
    }
}
