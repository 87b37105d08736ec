import ByteText
import Foundation

/// What of a text is to be seen: one table, used for usernames, the names of users and chats, messages and reactions.
///
/// A name with a zero-width mark, a filler or a direction mark in it looks like one without: so those count for nothing
/// where names are compared (``Folding/username(_:)``), are refused in usernames (``FieldRules/username(_:of:)``), and
/// make no message by themselves.
public enum Visibility {
    /// Scalars that leave nothing on a screen and are no white space, in order: those that Unicode 17 has as
    /// Default_Ignorable_Code_Point (DerivedCoreProperties.txt), and others that programs draw as nothing.
    private static let invisible: [ClosedRange<UInt32>] = [
        0x00AD...0x00AD,  // soft hyphen
        0x034F...0x034F,  // combining grapheme joiner
        0x061C...0x061C,  // Arabic letter mark
        0x115F...0x1160,  // Hangul fillers
        0x17B4...0x17B5,  // Khmer inherent vowels
        0x180B...0x180F,  // Mongolian variation selectors and vowel separator
        0x200B...0x200F,  // zero-width space, joiners, direction marks
        0x202A...0x202E,  // embeddings and overrides of direction
        0x2060...0x206F,  // word joiner, invisible operators, isolates of direction
        0x2800...0x2800,  // braille blank
        0x3164...0x3164,  // Hangul filler
        0xFDD0...0xFDEF,  // no characters
        0xFE00...0xFE0F,  // variation selectors
        0xFEFF...0xFEFF,  // zero-width no-break space
        0xFFA0...0xFFA0,  // half-width Hangul filler
        0xFFF0...0xFFFB,  // unassigned ignorables, marks of annotations
        0xFFFE...0xFFFF,  // no characters
        0x13430...0x13440,  // Egyptian format controls
        0x16FE4...0x16FE4,  // Khitan filler
        0x1BCA0...0x1BCA3,  // shorthand format controls
        0x1D159...0x1D159,  // null notehead
        0x1D173...0x1D17A,  // musical format controls
        0xE0000...0xE0FFF,  // tags, supplementary variation selectors
    ]

    /// What turns the direction of the text around it, beyond its own end too.
    private static let turns: [ClosedRange<UInt32>] = [0x202A...0x202E, 0x2066...0x2069]

    static let zeroWidthNonJoiner: Unicode.Scalar = "\u{200C}"
    static let zeroWidthJoiner: Unicode.Scalar = "\u{200D}"
    /// Asks for the coloured form of the emoji before it.
    static let emojiSelector: Unicode.Scalar = "\u{FE0F}"

    /// Whether the scalar leaves nothing on a screen, and is neither white space nor a control.
    public static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value >= invisible[0].lowerBound else { return false }
        var (low, high) = (0, invisible.count)
        while low < high {
            let middle = (low + high) / 2
            if invisible[middle].upperBound < scalar.value { low = middle + 1 } else { high = middle }
        }
        return low < invisible.count && invisible[low].contains(scalar.value)
    }

    static func turnsDirection(_ scalar: Unicode.Scalar) -> Bool {
        turns.contains { $0.contains(scalar.value) }
    }

    /// A control, or an end of a line or paragraph of Unicode's own.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// Whether the text has something that is seen by itself: not white space, controls and invisible scalars alone,
    /// nor marks, which are seen on something. Mostly the first byte tells.
    public static func showsSomething(in text: String) -> Bool {
        if let first = text.utf8.first, (0x21...0x7E).contains(first) { return true }
        return text.unicodeScalars.contains(where: isSeen)
    }

    private static func isSeen(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (0x21...0x7E).contains(scalar.value) }
        return !isInvisible(scalar) && !scalar.properties.isWhitespace && !isControl(scalar) && !isMark(scalar)
    }

    /// The text without its invisible scalars.
    static func visiblePart(of text: String) -> String {
        guard text.unicodeScalars.contains(where: isInvisible) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.lazy.filter { !isInvisible($0) }))
    }

    // MARK: Names

    /// Marks above and below one letter; with more it leaves its line. No script stacks as many (UTS 39 section 5.4).
    static let mostMarks = 4

    /// What is wrong with a name.
    enum Fault: Equatable {
        case control
        /// It turns the direction of what stands behind the name too.
        case direction(Unicode.Scalar)
        case invisible(Unicode.Scalar)
        case marks
        case nothingVisible
    }

    /// - Parameter isUnique: of a name that nobody else may seem to have, whose invisible scalars are wrong as well,
    ///   but for joiners inside a word or an emoji, and the selector that makes an emoji of a sign.
    static func fault(inName name: String, isUnique: Bool) -> Fault? {
        // Printable ASCII has no fault but to be blank.
        if name.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) {
            return name.utf8.contains { $0 != 0x20 } ? nil : .nothingVisible
        }
        var marks = 0
        var before: Unicode.Scalar?
        var rest = name.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if isControl(scalar) { return .control }
            if turnsDirection(scalar) { return .direction(scalar) }
            if isUnique, isInvisible(scalar), !joins(scalar, before: before, after: rest.first) {
                return .invisible(scalar)
            }
            marks = isStacked(scalar) ? marks + 1 : 0
            if marks > mostMarks { return .marks }
            before = scalar
        }
        return showsSomething(in: name) ? nil : .nothingVisible
    }

    private static func joins(_ scalar: Unicode.Scalar, before: Unicode.Scalar?, after: Unicode.Scalar?) -> Bool {
        guard let before else { return false }
        switch scalar {
        case zeroWidthNonJoiner, zeroWidthJoiner:
            // Between letters; after a virama also where the word ends (RFC 5892 appendix A).
            if isOfWord(before) {
                if before.properties.canonicalCombiningClass == .virama { return true }
                return after.map(isOfWord) ?? false
            }
            return scalar == zeroWidthJoiner && (isEmoji(before) || before == emojiSelector)
                && (after.map(isEmoji) ?? false)
        case emojiSelector: return isEmoji(before) || (isKeycap(before) && after?.value == 0x20E3)
        default: return false
        }
    }

    private static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || (isMark(scalar) && !isInvisible(scalar))
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark: true
        default: false
        }
    }

    /// A mark that takes no room of its own.
    private static func isStacked(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: !isInvisible(scalar)
        default: false
        }
    }

    // MARK: Emoji

    /// Digits and the like are none by themselves.
    private static func isEmoji(_ scalar: Unicode.Scalar) -> Bool { !scalar.isASCII && scalar.properties.isEmoji }

    private static func isKeycap(_ scalar: Unicode.Scalar) -> Bool { scalar.isASCII && scalar.properties.isEmoji }

    /// The one spelling of an emoji: with the selector U+FE0F behind each sign that is coloured only by it, as
    /// keyboards send it (UTS 51, "fully-qualified"), and with no other. Letters and their marks are composed (NFC), as
    /// macOS takes them apart and others do not. It takes time that grows with the square: for bounded text.
    static func emojiSpelling(of text: String) -> String {
        if text.isASCII { return text }
        var spelling = String.UnicodeScalarView()
        let scalars = bareEmoji(text).precomposedStringWithCanonicalMapping.unicodeScalars
        for index in scalars.indices {
            let scalar = scalars[index]
            spelling.append(scalar)
            let after = scalars.index(after: index)
            let next = after < scalars.endIndex ? scalars[after] : nil
            guard scalar.properties.isEmoji, !scalar.properties.isEmojiPresentation else { continue }
            // A tone of skin colours it by itself.
            if next?.properties.isEmojiModifier == true { continue }
            if isEmoji(scalar) || next?.value == 0x20E3 { spelling.append(emojiSelector) }
        }
        return String(spelling)
    }

    /// Without the selectors of the coloured and of the plain form.
    static func bareEmoji(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.lazy.filter { $0 != emojiSelector && $0.value != 0xFE0E }))
    }

    /// Whether an invisible scalar may stand in a reaction: it joins emoji, or spells the flag of a region.
    static func isPartOfEmoji(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200C, 0x200D, 0xFE0E, 0xFE0F, 0xE0020...0xE007F: true
        default: false
        }
    }
}
