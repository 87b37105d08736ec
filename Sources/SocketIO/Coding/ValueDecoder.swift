import ByteText
import JSON
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Makes `Decodable` values of event arguments, as ``ValueEncoder`` takes them apart: attachments are `Data` or
/// `ByteBuffer`; the rest is read as `JSONDecoder` does.
struct ValueDecoder: Decoder {
    private let value: JSONValue
    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any] = [:]

    private init(_ value: JSONValue, _ codingPath: [any CodingKey]) {
        self.value = value
        self.codingPath = codingPath
    }

    /// - Throws: `DecodingError` when the value is not one of that type.
    static func decode<Value: Decodable>(_ value: JSONValue, as type: Value.Type = Value.self) throws -> Value {
        try decode(value, type, [])
    }

    fileprivate static func decode<Value: Decodable>(
        _ value: JSONValue, _ type: Value.Type, _ path: [any CodingKey]
    ) throws -> Value {
        if let found = try special(value, type, path) {
            guard let made = found as? Value else { throw mismatch(type, value, path) }
            return made
        }
        return try Value(from: ValueDecoder(value, path))
    }

    /// What does not decode itself as it should; `nil` for what does.
    private static func special(
        _ value: JSONValue, _ type: any Decodable.Type, _ path: [any CodingKey]
    ) throws -> (any Sendable)? {
        if type == JSONValue.self { return value }
        if type == ByteString.self {
            guard case .string(let text) = value else { throw mismatch(type, value, path) }
            return text
        }
        if type == Data.self {
            switch value {
            case .binary(let bytes): return Data(bytes.readableBytesView)
            case .string(let text): if let data = Data(base64Encoded: text.string) { return data }
            default: break
            }
            throw mismatch(type, value, path)
        }
        if type == ByteBuffer.self {
            guard case .binary(let bytes) = value else { throw mismatch(type, value, path) }
            return bytes
        }
        if type == URL.self {
            guard case .string(let text) = value, let url = URL(string: text.string) else {
                throw mismatch(type, value, path)
            }
            return url
        }
        if type == Decimal.self {
            switch value {
            case .integer(let number): return Decimal(number)
            case .number(let number): return Decimal(string: "\(number)") ?? Decimal(number)
            default: throw mismatch(type, value, path)
            }
        }
        return nil
    }

    fileprivate static func mismatch(
        _ type: any Any.Type, _ value: JSONValue, _ path: [any CodingKey]
    ) -> DecodingError {
        let context = DecodingError.Context(codingPath: path, debugDescription: "\(value.kindName) is no \(type).")
        return value.isNull ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let object) = value else {
            throw Self.mismatch([String: JSONValue].self, value, codingPath)
        }
        return KeyedDecodingContainer(Members(object: object, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let values) = value else { throw Self.mismatch([JSONValue].self, value, codingPath) }
        return Elements(values: values, codingPath: codingPath)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        Single(value: value, codingPath: codingPath)
    }

    // MARK: Numbers

    fileprivate static func integer<Number: FixedWidthInteger>(
        _ value: JSONValue, _ type: Number.Type, _ path: [any CodingKey]
    ) throws -> Number {
        switch value {
        case .integer(let number): if let made = Number(exactly: number) { return made }
        case .number(let number): if let made = Number(exactly: number) { return made }
        default: throw mismatch(type, value, path)
        }
        throw DecodingError.dataCorrupted(
            .init(codingPath: path, debugDescription: "The number does not fit in \(type)."))
    }

    fileprivate static func double(_ value: JSONValue, _ path: [any CodingKey]) throws -> Double {
        switch value {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: throw mismatch(Double.self, value, path)
        }
    }

    // MARK: Containers

    private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let object: JSONObject
        let codingPath: [any CodingKey]

        var allKeys: [Key] { object.members.compactMap { Key(stringValue: $0.name.string) } }

        func contains(_ key: Key) -> Bool { object[ByteString(key.stringValue)] != nil }

        private func value(_ key: any CodingKey) throws -> JSONValue {
            guard let value = object[ByteString(key.stringValue)] else {
                throw DecodingError.keyNotFound(
                    key, .init(codingPath: codingPath, debugDescription: "There is no \"\(key.stringValue)\"."))
            }
            return value
        }

        func decodeNil(forKey key: Key) throws -> Bool { try value(key).isNull }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            try ValueDecoder.decode(value(key), type, codingPath + [key])
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> {
            try ValueDecoder(value(key), codingPath + [key]).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            try ValueDecoder(value(key), codingPath + [key]).unkeyedContainer()
        }

        func superDecoder() throws -> any Decoder { try superDecoder(named: ValueEncoder.Index(stringValue: "super")) }
        func superDecoder(forKey key: Key) throws -> any Decoder { try superDecoder(named: key) }

        private func superDecoder(named key: any CodingKey) throws -> any Decoder {
            ValueDecoder(object[ByteString(key.stringValue)] ?? .null, codingPath + [key])
        }
    }

    private struct Elements: UnkeyedDecodingContainer {
        let values: [JSONValue]
        let codingPath: [any CodingKey]
        var currentIndex = 0
        var count: Int? { values.count }
        var isAtEnd: Bool { currentIndex >= values.count }

        private var path: [any CodingKey] { codingPath + [ValueEncoder.Index(currentIndex)] }

        private func current(_ type: any Any.Type) throws -> JSONValue {
            guard !isAtEnd else {
                throw DecodingError.valueNotFound(
                    type, .init(codingPath: path, debugDescription: "The array ends there."))
            }
            return values[currentIndex]
        }

        mutating func decodeNil() throws -> Bool {
            guard try current(JSONValue.self).isNull else { return false }
            currentIndex += 1
            return true
        }

        mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            let made = try ValueDecoder.decode(current(type), type, path)
            currentIndex += 1
            return made
        }

        mutating func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) throws -> KeyedDecodingContainer<Nested> {
            let made = try ValueDecoder(current(type), path).container(keyedBy: type)
            currentIndex += 1
            return made
        }

        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
            let made = try ValueDecoder(current(JSONValue.self), path).unkeyedContainer()
            currentIndex += 1
            return made
        }

        mutating func superDecoder() throws -> any Decoder {
            let made = ValueDecoder(try current(JSONValue.self), path)
            currentIndex += 1
            return made
        }
    }

    private struct Single: SingleValueDecodingContainer {
        let value: JSONValue
        let codingPath: [any CodingKey]

        func decodeNil() -> Bool { value.isNull }

        func decode(_ type: Bool.Type) throws -> Bool {
            guard case .bool(let value) = value else { throw ValueDecoder.mismatch(type, value, codingPath) }
            return value
        }

        func decode(_ type: String.Type) throws -> String {
            guard case .string(let text) = value else { throw ValueDecoder.mismatch(type, value, codingPath) }
            return text.string
        }

        func decode(_ type: Double.Type) throws -> Double { try ValueDecoder.double(value, codingPath) }
        func decode(_ type: Float.Type) throws -> Float { Float(try ValueDecoder.double(value, codingPath)) }
        func decode(_ type: Int.Type) throws -> Int { try ValueDecoder.integer(value, type, codingPath) }
        func decode(_ type: Int8.Type) throws -> Int8 { try ValueDecoder.integer(value, type, codingPath) }
        func decode(_ type: Int16.Type) throws -> Int16 { try ValueDecoder.integer(value, type, codingPath) }
        func decode(_ type: Int32.Type) throws -> Int32 { try ValueDecoder.integer(value, type, codingPath) }
        func decode(_ type: Int64.Type) throws -> Int64 { try ValueDecoder.integer(value, type, codingPath) }
        func decode(_ type: UInt.Type) throws -> UInt { try ValueDecoder.integer(value, type, codingPath) }
        func decode(_ type: UInt8.Type) throws -> UInt8 { try ValueDecoder.integer(value, type, codingPath) }
        func decode(_ type: UInt16.Type) throws -> UInt16 { try ValueDecoder.integer(value, type, codingPath) }
        func decode(_ type: UInt32.Type) throws -> UInt32 { try ValueDecoder.integer(value, type, codingPath) }
        func decode(_ type: UInt64.Type) throws -> UInt64 { try ValueDecoder.integer(value, type, codingPath) }

        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            try ValueDecoder.decode(value, type, codingPath)
        }
    }
}

extension JSONValue {
    /// What kind of value it is, for error messages: never the value, which may be anything.
    fileprivate var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        case .binary: "binary data"
        }
    }
}
