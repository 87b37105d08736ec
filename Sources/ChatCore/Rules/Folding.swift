import Foundation

/// Case folding for unique usernames and for search in lists: upper, then lower case (so that ß and SS are one),
/// composed. To compose a run of marks takes quadratic time, so only what is no longer than a name is folded.
public enum Folding {
    /// Bytes of the longest name: 200 scalars.
    public static let limit = 800

    /// - Returns: `nil` for a text that is longer than any name: nothing is called that.
    public static func fold(_ text: String) -> String? {
        guard text.utf8.count <= limit else { return nil }
        return folded(text)
    }

    /// The same of a name as somebody may write it: with white space around it.
    public static func foldedName(_ text: String) -> String? {
        fold(text)?.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func folded(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        return text.precomposedStringWithCompatibilityMapping.uppercased().lowercased()
            .precomposedStringWithCompatibilityMapping
    }
}
