import ByteText
import JSON

extension JSONValue {
    /// The value as it is shown to a person: one line, in which what a terminal would obey is written out, for a name
    /// must not move its cursor or turn its text around.
    var line: String {
        switch self {
        case .null: TextTable.nothing
        case .bool(let flag): flag ? "yes" : "no"
        case .integer(let number): "\(number)"
        case .number(let number): wholeNumber.map { "\($0)" } ?? "\(number)"
        case .string(let text): Self.visible(text.string)
        case .array(let values): values.map(\.line).joined(separator: ", ")
        case .object(let members): members["username"]?.line ?? (members.members.isEmpty ? TextTable.nothing : "…")
        case .binary: "…"
        }
    }

    private static func visible(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        return text.unicodeScalars.map { isHidden($0) ? $0.escaped(asASCII: true) : String($0) }.joined()
    }

    /// Control characters, ends of lines, and marks without a shape of their own; but joiners, which words and emoji
    /// need.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: scalar != "\u{200C}" && scalar != "\u{200D}"
        default: false
        }
    }
}
