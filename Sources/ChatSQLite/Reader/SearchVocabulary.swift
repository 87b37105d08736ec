import ChatCore

/// The words of the search index, for finding those that begin as a word of a query does.
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

    /// More words than this are not looked up: a step each, and each is looked at for each message found.
    private static let limit = 100

    /// Once a connection, after its PRAGMAs.
    static func setUp(_ connection: Connection) throws { try connection.execute(make) }

    /// The words that begin with this one, as it stands in the index.
    ///
    /// - Returns: `nil` where they are too many.
    static func words(beginningWith word: String, _ connection: Connection) throws -> [String]? {
        var words: [String] = []
        var from = word
        while let found = try connection[next].first(from, read: { $0.text(0) }), found.utf8.starts(with: word.utf8) {
            guard words.count < limit else { return nil }
            words.append(found)
            from = found + "\u{0}"
        }
        return words
    }
}
