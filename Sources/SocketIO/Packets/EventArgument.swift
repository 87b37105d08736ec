import ByteText
import JSON
import NIOCore

/// Between Swift values and event arguments: any `Codable`, or ``JSONValue`` where raw values are wanted.
enum EventArgument {
    /// - Throws: `EncodingError`.
    static func encode(_ values: [any Encodable & Sendable]) throws -> [JSONValue] { try values.map { try encode($0) } }

    static func encode(_ value: any Encodable & Sendable) throws -> JSONValue {
        switch value {
        case let value as JSONValue: value
        case let value as String: .string(value)
        case let value as ByteString: .string(value)
        case let value as Bool: .bool(value)
        case let value as Int: .integer(Int64(value))
        default: try ValueEncoder.encode(value)
        }
    }

    /// - Throws: `DecodingError`.
    static func decode<Value: Decodable>(_ value: JSONValue, as type: Value.Type = Value.self) throws -> Value {
        switch value {
        case .string(let text): if let text = text.string as? Value { return text }
        case .bool(let value): if let value = value as? Value { return value }
        case .integer(let value): if let value = Int(value) as? Value { return value }
        default: break
        }
        return try ValueDecoder.decode(value, as: type)
    }
}
