import Foundation

/// A person's words as an expression of the search index.
///
/// The text is cut where the index's tokenizer (unicode61) cuts: at everything but letters, numbers and private-use
/// characters. Each word is quoted, so that nothing in it is an operator, and holds one token, because an index without
/// positions knows no phrases.
enum SearchQuery {
    /// More words than this are not looked for.
    private static let wordLimit = 32

    /// The MATCH expression, `nil` for a text without a word.
    static func match(_ text: String) -> String? {
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
        guard !words.isEmpty else { return nil }
        return words.prefix(wordLimit).map { "\"\($0)\"" }.joined(separator: " AND ") + " *"
    }

    private static func isPart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .privateUse:
            true
        default: false
        }
    }

    /// Combining marks that the tokenizer takes for part of a word.
    private static func isDiacritic(_ scalar: Unicode.Scalar) -> Bool { (0x300...0x362).contains(scalar.value) }
}
