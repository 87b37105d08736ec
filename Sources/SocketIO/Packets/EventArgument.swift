import ByteText
import JSON
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Between Swift values and event arguments: any `Codable`, or ``JSONValue`` where raw or binary values are wanted.
enum EventArgument {
    static func encode(_ value: any Encodable & Sendable) throws -> JSONValue {
        switch value {
        case let value as JSONValue: return value
        case let value as String: return .string(value)
        case let value as ByteString: return .string(value)
        case let value as Bool: return .bool(value)
        case let value as Int: return .integer(Int64(value))
        default: return try JSONValue(parsing: ByteBuffer(bytes: JSONEncoder().encode(value)))
        }
    }

    static func decode<Value: Decodable>(_ value: JSONValue, as type: Value.Type = Value.self) throws -> Value {
        if let value = value as? Value { return value }
        switch value {
        case .string(let text): if let text = text.string as? Value { return text }
        case .bool(let value): if let value = value as? Value { return value }
        case .integer(let value): if let value = Int(value) as? Value { return value }
        default: break
        }
        return try JSONDecoder().decode(type, from: Data(value.text.utf8))
    }
}
