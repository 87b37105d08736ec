import ChatCore

/// The words of the search index, for finding those that begin as the last word of a query does.
///
/// FTS5 answers a prefix by merging the lists of all messages of all its words before it gives the first one: 0.3 s in
/// a million messages that share a word. Words that are named it reads from the newest message on, as many as are
/// wanted: under a millisecond. So the prefix is looked up here first, one step in the index a word.
enum SearchVocabulary {
    /// One row a word and message, of which only the first of a word is ever read.
    private static let make = """
        PRAGMA query_only = OFF;
        CREATE VIRTUAL TABLE temp.search_words USING fts5vocab ('main', 'search', 'instance');
        PRAGMA query_only = ON
        """
    private static let next: StaticString = "SELECT term FROM temp.search_words WHERE term >= ? LIMIT 1"

    /// More words than this are left to FTS5: a step each, and each is looked at for each message found.
    private static let limit = 100

    /// Once a connection, after its PRAGMAs.
    static func setUp(_ connection: Connection) throws { try connection.execute(make) }

    /// The words that begin with this one.
    ///
    /// - Returns: `nil` where they are too many, or how the index writes the word is not known here: the index folds
    ///   letters and takes marks away, which for ASCII is lower case.
    static func words(beginningWith word: String, _ connection: Connection) throws -> [String]? {
        guard word.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let prefix = Array(word.lowercased().utf8)
        var words: [String] = []
        var from = word.lowercased()
        while let found = try connection[next].first(from, read: { $0.text(0) }), found.utf8.starts(with: prefix) {
            guard words.count < limit else { return nil }
            words.append(found)
            from = found + "\u{0}"
        }
        return words
    }
}
