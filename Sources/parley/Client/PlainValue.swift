/// A JSON value, as it is shown to a person.
enum PlainValue: Decodable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([PlainValue])
    case object([String: PlainValue])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let flag = try? value.decode(Bool.self) {
            self = .bool(flag)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .string(text)
        } else if let values = try? value.decode([PlainValue].self) {
            self = .array(values)
        } else {
            self = .object(try value.decode([String: PlainValue].self))
        }
    }

    /// One line, without control characters: a terminal must not obey what a user called themselves.
    var line: String {
        switch self {
        case .null: "-"
        case .bool(let flag): flag ? "yes" : "no"
        case .number(let number): number == number.rounded() && abs(number) < 9e15 ? "\(Int64(number))" : "\(number)"
        case .string(let text): String(text.map { $0.isNewline || Self.isControl($0) ? " " : $0 })
        case .array(let values): values.map(\.line).joined(separator: ", ")
        case .object(let members): members["username"]?.line ?? "…"
        }
    }

    private static func isControl(_ character: Character) -> Bool {
        character.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}
