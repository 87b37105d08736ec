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
        guard var terms = try Self.terms(query.words, query.beginnings, connection) else {
            self = .nothing
            return
        }
        for choice in query.choices {
            let possible = try choice.compactMap { try Self.terms($0.words, $0.beginnings, connection) }
            guard !possible.isEmpty else {
                self = .nothing
                return
            }
            // One that the index cannot tell from others is any message's.
            guard !possible.contains([]) else { continue }
            terms.append(Self.any(of: possible.map { "(" + $0.joined(separator: " AND ") + ")" }))
        }
        self = terms.isEmpty ? .scan : .index(terms.joined(separator: " AND "))
    }

    /// - Returns: `nil` where the index has no word of those that one begins with.
    private static func terms(
        _ words: [String], _ beginnings: [String], _ connection: Connection
    ) throws -> [String]? {
        var terms = words.map { "\"\($0)\"" }
        for beginning in beginnings {
            guard let endings = try SearchVocabulary.words(beginningWith: beginning, connection) else { continue }
            guard !endings.isEmpty else { return nil }
            terms.append(any(of: endings.map { "\"\($0)\"" }))
        }
        return terms
    }

    private static func any(of terms: [String]) -> String { "(" + terms.joined(separator: " OR ") + ")" }
}
