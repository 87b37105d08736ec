import Foundation

/// Case folding for unique usernames and for search in lists: upper, then lower case (so that ß and SS are one),
/// composed.
enum Folding {
    static func fold(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        return text.precomposedStringWithCompatibilityMapping.uppercased().lowercased()
            .precomposedStringWithCompatibilityMapping
    }
}
