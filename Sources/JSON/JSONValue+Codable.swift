import ByteText
import NIOCore

/// So that raw values stand wherever typed ones do. Binary parts only live in events: other coders get base64-free
/// text, an array of byte values.
extension JSONValue: Codable {
    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    public init(from decoder: any Decoder) throws {
        // A decoder tells what a value is by throwing where it is something else.
        func read<Kind>(_ body: () throws -> Kind) -> Kind? { try? body() }
        if let container = read({ try decoder.container(keyedBy: Name.self) }) {
            var object = JSONObject()
            for name in container.allKeys {
                let value = try container.decode(JSONValue.self, forKey: name)
                object.members.append(JSONObject.Member(name: ByteString(name.stringValue), value: value))
            }
            self = .object(object)
            return
        }
        if var container = read({ try decoder.unkeyedContainer() }) {
            var values: [JSONValue] = []
            while !container.isAtEnd { values.append(try container.decode(JSONValue.self)) }
            self = .array(values)
            return
        }
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = read({ try container.decode(Bool.self) }) {
            self = .bool(value)
        } else if let value = read({ try container.decode(Int64.self) }) {
            self = .integer(value)
        } else if let value = read({ try container.decode(Double.self) }) {
            self = .number(value)
        } else {
            self = .string(try container.decode(String.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .array(let values):
            var container = encoder.unkeyedContainer()
            for value in values { try container.encode(value) }
        case .object(let object):
            var container = encoder.container(keyedBy: Name.self)
            for member in object.members {
                try container.encode(member.value, forKey: Name(stringValue: member.name.string))
            }
        case .binary(let bytes):
            var container = encoder.singleValueContainer()
            try container.encode(Array(bytes.readableBytesView))
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .bool(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        case .integer(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        case .number(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        case .string(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value.string)
        }
    }
}
