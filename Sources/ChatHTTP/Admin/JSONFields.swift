import ByteText
import JSON

/// The members of a JSON object that came in, asked for by name and type.
struct JSONFields: Sendable {
    var members: [ByteString: JSONValue]

    /// `nil` when it is missing or `null`.
    func string(_ name: String) throws -> String? {
        switch members[ByteString(name)] {
        case nil, .null: return nil
        case .string(let text): return text.string
        default: throw HTTPFailure.invalid("\(name) must be a string.", field: name)
        }
    }

    func required(_ name: String) throws -> String {
        guard let text = try string(name) else { throw HTTPFailure.invalid("\(name) is missing.", field: name) }
        return text
    }

    /// For changes: `nil` when it is missing, `.some(nil)` when it is `null`.
    func change(_ name: String) throws -> String?? {
        guard members[ByteString(name)] != nil else { return nil }
        return .some(try string(name))
    }

    func bool(_ name: String) throws -> Bool? {
        switch members[ByteString(name)] {
        case nil, .null: return nil
        case .bool(let value): return value
        default: throw HTTPFailure.invalid("\(name) must be true or false.", field: name)
        }
    }

    /// A whole number, of which the declaration says within which bounds.
    func integer(_ name: String) throws -> Int64? {
        switch members[ByteString(name)] {
        case nil, .null: return nil
        case let value?:
            if let number = value.wholeNumber { return number }
            throw HTTPFailure.invalid("\(name) must be a whole number.", field: name)
        }
    }

    func strings(_ name: String) throws -> [String]? {
        switch members[ByteString(name)] {
        case nil, .null: return nil
        case .array(let values):
            return try values.map { value in
                guard case .string(let text) = value else {
                    throw HTTPFailure.invalid("\(name) must hold strings only.", field: name)
                }
                return text.string
            }
        default: throw HTTPFailure.invalid("\(name) must be a list of strings.", field: name)
        }
    }

    /// A list of objects, each without what is `null`. Of a member given twice the last value counts.
    func objects(_ name: String) -> [JSONFields] {
        guard case .array(let values) = members[ByteString(name)] else { return [] }
        return values.map { value in
            let said = (value.object?.members ?? []).map { ($0.name, $0.value) }
            return JSONFields(members: Dictionary(said) { $1 }.filter { $0.value != .null })
        }
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Choice.Type = Choice.self
    ) throws -> Choice? where Choice.RawValue == String {
        guard let text = try string(name) else { return nil }
        guard let choice = Choice(named: ByteString(text)) else {
            let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw HTTPFailure.invalid("\(name) must be one of \(choices).", field: name)
        }
        return choice
    }
}
