import ByteText
import JSON

extension JSONValue {
    /// The value as it is shown to a person: one line, without control characters, for a terminal must not obey what a
    /// user called themselves.
    var line: String {
        switch self {
        case .null: "-"
        case .bool(let flag): flag ? "yes" : "no"
        case .integer(let number): "\(number)"
        case .number(let number): wholeNumber.map { "\($0)" } ?? "\(number)"
        case .string(let text): String(text.string.map { $0.isNewline || Self.isControl($0) ? " " : $0 })
        case .array(let values): values.map(\.line).joined(separator: ", ")
        case .object(let members): members["username"]?.line ?? "…"
        case .binary: "…"
        }
    }

    private static func isControl(_ character: Character) -> Bool {
        character.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}
