import ByteText
import Foundation

/// A person's words as an expression of the search index.
///
/// The text is cut where the index's tokenizer (unicode61) cuts: at everything but letters, numbers and private-use
/// characters. Each word is quoted, so that nothing in it is an operator, and holds one token, because an index without
/// positions knows no phrases.
enum SearchQuery {
    /// More words than this are not looked for.
    private static let wordLimit = 32

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

    /// Bytes of a query that are looked at: to compose a run of marks takes quadratic time.
    private static let longest = 4096

    /// The words of a text, as many as are looked for, each once: a word that is asked for again finds nothing more,
    /// and costs as much as another. The last stays as well, since it is the beginning of a word.
    static func words(_ text: String) -> [String] {
        let text = ByteString(text).prefix(atMost: longest).string
        var words: [String] = []
        var word = String.UnicodeScalarView()
        for scalar in text.precomposedStringWithCanonicalMapping.unicodeScalars {
            if isPart(scalar) || (isDiacritic(scalar) && !word.isEmpty) {
                word.append(scalar)
            } else if !word.isEmpty {
                words.append(String(word))
                word = String.UnicodeScalarView()
            }
        }
        if !word.isEmpty { words.append(String(word)) }
        return once(words.prefix(wordLimit))
    }

    private static func once(_ words: ArraySlice<String>) -> [String] {
        var seen: Set<ByteString> = []
        return words.enumerated().filter { $0 == words.count - 1 || seen.insert(folded($1)).inserted }.map(\.element)
    }

    /// About as the index folds.
    private static func folded(_ word: String) -> ByteString {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: word.lowercased().decomposedStringWithCanonicalMapping.unicodeScalars)
        scalars.removeAll(where: isDiacritic)
        return ByteString(String(scalars))
    }

    static func isPart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .privateUse:
            true
        default: false
        }
    }

    /// Combining marks that the tokenizer takes for part of a word.
    static func isDiacritic(_ scalar: Unicode.Scalar) -> Bool { (0x300...0x362).contains(scalar.value) }
}
