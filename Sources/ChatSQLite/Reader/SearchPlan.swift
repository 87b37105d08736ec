import ChatCore

/// Where the candidates of a query come from.
enum SearchPlan {
    /// No message can have it.
    case nothing
    /// Messages with words of the index: a MATCH expression.
    case index(String)
    /// All messages: the words that begin so are so many that much of what one meets has one.
    case scan

    /// Each word is quoted, so that nothing in it is an operator, and is one token, because an index without positions
    /// knows no phrases.
    init(_ query: SearchQuery, _ connection: Connection) throws {
        var terms = query.words.map { "\"\($0)\"" }
        for beginning in query.beginnings {
            guard let endings = try SearchVocabulary.words(beginningWith: beginning, connection) else { continue }
            guard !endings.isEmpty else {
                self = .nothing
                return
            }
            terms.append("(" + endings.map { "\"\($0)\"" }.joined(separator: " OR ") + ")")
        }
        self = terms.isEmpty ? .scan : .index(terms.joined(separator: " AND "))
    }
}
