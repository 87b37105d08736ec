import ChatCore

/// Brings the search index up to the newest message, in transactions of its own: it follows the writer within a second
/// and costs a send nothing.
struct SearchIndexer {
    private static let missing: StaticString = """
        SELECT n, content FROM messages WHERE n > ? ORDER BY n LIMIT ?
        """
    private static let insert: StaticString = "INSERT INTO search (rowid, content) VALUES (?, ?)"
    private static let indexed: StaticString = "SELECT indexed_n FROM state WHERE id = 1"
    private static let note: StaticString = "UPDATE state SET indexed_n = ? WHERE id = 1"

    /// Messages of one transaction: some 20 ms.
    static let slice = 1000

    /// Indexes up to ``slice`` messages; in a transaction of the caller's.
    ///
    /// - Returns: the new watermark, and whether more wait.
    static func advance(_ connection: Connection, from indexed: Int64) throws -> (indexed: Int64, more: Bool) {
        let rows = try connection[missing].all(indexed, slice) { ($0.int(0), $0.text(1)) }
        guard let last = rows.last?.0 else { return (indexed, false) }
        for (n, content) in rows where !content.isEmpty { try connection[insert].run(n, content) }
        try connection[note].run(last)
        return (last, rows.count == slice)
    }

    /// Indexes everything that the file says is not indexed; in a transaction of the caller's.
    static func advanceToEnd(_ connection: Connection) throws {
        var place = (indexed: try connection[indexed].first { $0.int(0) } ?? 0, more: true)
        while place.more { place = try advance(connection, from: place.indexed) }
    }
}
