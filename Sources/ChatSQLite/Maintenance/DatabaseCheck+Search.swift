import ChatCore

/// The search index: a second one is made of the messages, aside, and its words compared with those of the first.
extension DatabaseCheck {
    private static let indexed: StaticString = """
        SELECT m.n, m.content FROM messages m, state s
        WHERE m.n > s.unindexed_n AND m.n <= s.indexed_n AND m.content <> '' ORDER BY m.n
        """
    private static let insert: StaticString = "INSERT INTO temp.expected (rowid, content) VALUES (?, ?)"
    private static let kind: StaticString = "SELECT index_version FROM state"

    static func search(_ connection: Connection) throws -> [Finding] {
        let version = try connection.prepare("PRAGMA user_version").first { $0.int(0) } ?? 0
        if version < 6 {
            try makeAsBefore(connection)
        } else {
            // One of another binary's kind is begun anew at the start.
            guard try connection[Self.kind].first(read: { $0.int(0) }) == SearchTokens.version else { return [] }
            try make(connection)
        }
        try connection.execute(
            """
            CREATE VIRTUAL TABLE temp.expected_words USING fts5vocab ('temp', 'expected', 'row');
            CREATE VIRTUAL TABLE temp.present_words USING fts5vocab ('main', 'search', 'row');
            """)
        let differing =
            try connection.prepare(
                """
                SELECT count(*) FROM (
                    SELECT * FROM (
                        SELECT term, doc FROM temp.expected_words EXCEPT SELECT term, doc FROM temp.present_words)
                    UNION ALL
                    SELECT * FROM (
                        SELECT term, doc FROM temp.present_words EXCEPT SELECT term, doc FROM temp.expected_words))
                """
            ).first { $0.int(0) } ?? 0
        guard differing > 0 else { return [] }
        return [Finding(.search, "\(differing) words are not in the messages that the index says")]
    }

    private static func make(_ connection: Connection) throws {
        try connection.execute(
            """
            CREATE VIRTUAL TABLE temp.expected USING fts5 (
                content, content = '', detail = none, columnsize = 0, tokenize = 'ascii')
            """)
        let insert = try connection[Self.insert]
        try connection[Self.indexed].scan { row in
            try insert.run(row.int(0), SearchTokens.indexed(row.text(1)))
            return true
        }
    }

    /// As versions 1 to 5 had it.
    private static func makeAsBefore(_ connection: Connection) throws {
        try connection.execute(
            """
            CREATE VIRTUAL TABLE temp.expected USING fts5 (
                content, content = '', detail = none, columnsize = 0, tokenize = 'unicode61 remove_diacritics 2');
            INSERT INTO temp.expected (rowid, content) SELECT n, content FROM messages
                WHERE n <= (SELECT indexed_n FROM state) AND content <> '' ORDER BY n;
            """)
    }
}
