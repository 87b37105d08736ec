import ByteText
import Foundation

/// The words of a text, as search knows them: what lies between everything but letters, numbers and private-use
/// characters (where SQLite's tokenizer unicode61 cuts), in any case and without diacritics.
public enum SearchWords {
    /// More words than this are not looked for.
    private static let wordLimit = 32

    /// Bytes of a query that are looked at: to compose a run of marks takes quadratic time.
    private static let longest = 4096

    /// The words of a text, as many as are looked for, each once: a word that is asked for again finds nothing more,
    /// and costs as much as another. The last stays as well, since it is the beginning of a word.
    public static func words(_ text: String) -> [String] {
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
        return words.enumerated().filter { place, word in
            place == words.count - 1 || seen.insert(ByteString(folded(word))).inserted
        }.map(\.element)
    }

    /// What words are compared by: lower case, without diacritics.
    public static func folded(_ word: String) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: word.lowercased().decomposedStringWithCanonicalMapping.unicodeScalars)
        scalars.removeAll(where: isDiacritic)
        return String(scalars)
    }

    /// Whether it is part of a word wherever it stands.
    public static func isPart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .privateUse:
            true
        default: false
        }
    }

    /// Whether it is part of a word that it follows: a combining mark.
    public static func isDiacritic(_ scalar: Unicode.Scalar) -> Bool { (0x300...0x362).contains(scalar.value) }
}
