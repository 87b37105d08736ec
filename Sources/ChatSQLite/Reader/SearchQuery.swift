/// A person's words (``ChatCore/SearchWords``) as an expression of the search index.
///
/// Each word is quoted, so that nothing in it is an operator, and holds one token, because an index without positions
/// knows no phrases.
enum SearchQuery {
    /// The MATCH expression.
    ///
    /// - Parameter endings: what the last word may be in full; `nil`: whatever begins with it.
    static func match(_ words: [String], endings: [String]?) -> String {
        var terms = words.map { "\"\($0)\"" }
        if let last = terms.popLast() {
            terms.append(endings.map { "(" + $0.map { "\"\($0)\"" }.joined(separator: " OR ") + ")" } ?? last + " *")
        }
        return terms.joined(separator: " AND ")
    }
}
