import ByteText
import Foundation

/// Case folding for search in lists: upper, then lower case (so that ß and SS are one), composed. To compose a run of
/// marks takes quadratic time, so only what is no longer than a name is folded.
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

    /// What usernames are told apart by: NFKC, case and what is invisible count for nothing. Folded again it is the
    /// same, so the key of one name is never a name with another key.
    ///
    /// - Returns: `nil` for a text that is longer than any name.
    public static func username(_ name: String) -> String? {
        guard name.utf8.count <= limit else { return nil }
        if name.isASCII { return name.lowercased() }
        var key = name
        // Mostly the second round finds nothing to do; ẞ needs it.
        for _ in 0..<4 {
            let next = Visibility.visiblePart(of: folded(Visibility.visiblePart(of: key)))
            if next.utf8.elementsEqual(key.utf8) { break }
            key = next
        }
        return key
    }

    /// The keys under which the user of a name may be, as somebody writes it, with white space around it: the nearer
    /// first. More than one of a name that only an older release allowed: whose name looks like another's keeps the key
    /// of then, which is no name's key now.
    public static func usernameKeys(_ name: String) -> [String] {
        guard let former = foldedName(name), let key = username(name)?.trimmingCharacters(in: .whitespacesAndNewlines)
        else { return [] }
        return former.utf8.elementsEqual(key.utf8) ? [key] : [former, key]
    }

    private static func folded(_ text: String) -> String {
        if text.isASCII { return text.lowercased() }
        return text.precomposedStringWithCompatibilityMapping.uppercased().lowercased()
            .precomposedStringWithCompatibilityMapping
    }
}
