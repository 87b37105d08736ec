import Foundation

/// The JSON object of a call, of what was given on the command line.
struct CallBody {
    private enum Value: Encodable {
        case string(String)
        case null
        case bool(Bool)
        case integer(Int)
        case strings([String])

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .string(let text): try container.encode(text)
            case .null: try container.encodeNil()
            case .bool(let flag): try container.encode(flag)
            case .integer(let number): try container.encode(number)
            case .strings(let texts): try container.encode(texts)
            }
        }
    }

    private var members: [String: Value] = [:]

    /// Left out when it was not given.
    mutating func set(_ name: String, _ text: String?) { members[name] = text.map { .string($0) } }
    mutating func set(_ name: String, _ number: Int?) { members[name] = number.map { .integer($0) } }
    mutating func set(_ name: String, _ texts: [String]) { members[name] = texts.isEmpty ? nil : .strings(texts) }
    mutating func set(_ name: String, _ flag: Bool) { members[name] = flag ? .bool(true) : nil }

    /// Left out when it was not given; an empty text clears the field.
    mutating func change(_ name: String, _ text: String?) {
        members[name] = text.map { $0.isEmpty ? .null : .string($0) }
    }

    func encoded() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(members), as: UTF8.self)
    }
}
