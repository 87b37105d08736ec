import ByteText
import JSON
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Makes event arguments of `Encodable` values, in one step and not by way of text. What is bytes (`Data`,
/// `ByteBuffer`), wherever in the value it stands, becomes an attachment, as the reference server's clients expect; the
/// rest is what `JSONEncoder` makes of it (a `Date` is seconds since 2001, a `URL` its text).
final class ValueEncoder: Encoder {
    /// Where the value is put that the encoder was made for.
    private let place: Place
    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any] = [:]

    /// One value in the making. Containers are written to after they were handed out, so they are objects.
    final class Place {
        fileprivate enum Content {
            case value(JSONValue)
            case members([(name: ByteString, value: Place)])
            case elements([Place])
        }

        fileprivate var content: Content?

        fileprivate init(_ content: Content? = nil) { self.content = content }

        fileprivate func add(_ value: Place, named name: ByteString) {
            guard case .members(var members)? = content else { return }
            content = nil  // so that the array is not copied
            members.append((name, value))
            content = .members(members)
        }

        fileprivate func add(_ value: Place) {
            guard case .elements(var elements)? = content else { return }
            content = nil
            elements.append(value)
            content = .elements(elements)
        }

        fileprivate var count: Int { if case .elements(let elements)? = content { elements.count } else { 0 } }

        /// `nil` when nothing was written.
        fileprivate var value: JSONValue? {
            switch content {
            case nil: return nil
            case .value(let value): return value
            case .elements(let elements): return .array(elements.map { $0.value ?? .object(JSONObject()) })
            case .members(let members):
                var object = JSONObject()
                object.members = members.map { name, value in
                    JSONObject.Member(name: name, value: value.value ?? .object(JSONObject()))
                }
                return .object(object)
            }
        }
    }

    private init(_ place: Place, _ codingPath: [any CodingKey]) {
        self.place = place
        self.codingPath = codingPath
    }

    /// - Throws: `EncodingError` when the value cannot be said in JSON.
    static func encode(_ value: any Encodable) throws -> JSONValue {
        let place = Place()
        try encode(value, at: place, [])
        guard let made = place.value else {
            throw EncodingError.invalidValue(
                value, .init(codingPath: [], debugDescription: "\(type(of: value)) encoded nothing."))
        }
        return made
    }

    fileprivate static func encode(_ value: any Encodable, at place: Place, _ path: [any CodingKey]) throws {
        switch value {
        case let value as JSONValue: place.content = .value(value)
        case let value as Data: place.content = .value(.binary(ByteBuffer(bytes: value)))
        case let value as ByteBuffer: place.content = .value(.binary(value))
        case let value as ByteString: place.content = .value(.string(value))
        case let value as URL: place.content = .value(.string(value.absoluteString))
        case let value as Decimal: place.content = .value(try number(Double("\(value)") ?? .nan, value, path))
        default: try value.encode(to: ValueEncoder(place, path))
        }
    }

    fileprivate static func number(
        _ number: Double, _ value: any Encodable, _ path: [any CodingKey]
    ) throws -> JSONValue {
        guard number.isFinite else {
            throw EncodingError.invalidValue(
                value, .init(codingPath: path, debugDescription: "\(value) is no number in JSON."))
        }
        return .number(number)
    }

    fileprivate static func integer(_ value: some BinaryInteger) -> JSONValue {
        Int64(exactly: value).map { .integer($0) } ?? .number(Double(value))
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .members? = place.content {} else { place.content = .members([]) }
        return KeyedEncodingContainer(Members(place: place, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .elements? = place.content {} else { place.content = .elements([]) }
        return Elements(place: place, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(place: place, codingPath: codingPath) }

    /// A place in an array or object, named for error messages.
    struct Index: CodingKey {
        let stringValue: String
        let intValue: Int?
        init(_ index: Int) { (stringValue, intValue) = ("\(index)", index) }
        init(stringValue: String) { (self.stringValue, intValue) = (stringValue, nil) }
        init?(intValue: Int) { self.init(intValue) }
    }

    private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let place: Place
        let codingPath: [any CodingKey]

        private func make(_ key: any CodingKey) -> Place {
            let made = Place()
            place.add(made, named: ByteString(key.stringValue))
            return made
        }

        func encodeNil(forKey key: Key) throws { make(key).content = .value(.null) }

        func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
            try ValueEncoder.encode(value, at: make(key), codingPath + [key])
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) -> KeyedEncodingContainer<Nested> {
            ValueEncoder(make(key), codingPath + [key]).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            ValueEncoder(make(key), codingPath + [key]).unkeyedContainer()
        }

        func superEncoder() -> any Encoder { superEncoder(named: Index(stringValue: "super")) }
        func superEncoder(forKey key: Key) -> any Encoder { superEncoder(named: key) }

        private func superEncoder(named key: any CodingKey) -> any Encoder {
            ValueEncoder(make(key), codingPath + [key])
        }
    }

    private struct Elements: UnkeyedEncodingContainer {
        let place: Place
        let codingPath: [any CodingKey]
        var count: Int { place.count }

        private func make() -> (Place, [any CodingKey]) {
            let path = codingPath + [Index(count)]
            let made = Place()
            place.add(made)
            return (made, path)
        }

        func encodeNil() throws { make().0.content = .value(.null) }

        func encode<Value: Encodable>(_ value: Value) throws {
            let (made, path) = make()
            try ValueEncoder.encode(value, at: made, path)
        }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
            let (made, path) = make()
            return ValueEncoder(made, path).container(keyedBy: type)
        }

        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
            let (made, path) = make()
            return ValueEncoder(made, path).unkeyedContainer()
        }

        func superEncoder() -> any Encoder {
            let (made, path) = make()
            return ValueEncoder(made, path)
        }
    }

    private struct Single: SingleValueEncodingContainer {
        let place: Place
        let codingPath: [any CodingKey]

        private func put(_ value: JSONValue) { place.content = .value(value) }

        func encodeNil() throws { put(.null) }
        func encode(_ value: Bool) throws { put(.bool(value)) }
        func encode(_ value: String) throws { put(.string(value)) }
        func encode(_ value: Double) throws { put(try ValueEncoder.number(value, value, codingPath)) }

        /// By its text, so that 0.1 does not become 0.10000000149.
        func encode(_ value: Float) throws {
            put(try ValueEncoder.number(Double("\(value)") ?? .nan, value, codingPath))
        }

        func encode(_ value: Int) throws { put(ValueEncoder.integer(value)) }
        func encode(_ value: Int8) throws { put(ValueEncoder.integer(value)) }
        func encode(_ value: Int16) throws { put(ValueEncoder.integer(value)) }
        func encode(_ value: Int32) throws { put(ValueEncoder.integer(value)) }
        func encode(_ value: Int64) throws { put(ValueEncoder.integer(value)) }
        func encode(_ value: UInt) throws { put(ValueEncoder.integer(value)) }
        func encode(_ value: UInt8) throws { put(ValueEncoder.integer(value)) }
        func encode(_ value: UInt16) throws { put(ValueEncoder.integer(value)) }
        func encode(_ value: UInt32) throws { put(ValueEncoder.integer(value)) }
        func encode(_ value: UInt64) throws { put(ValueEncoder.integer(value)) }

        func encode<Value: Encodable>(_ value: Value) throws {
            try ValueEncoder.encode(value, at: place, codingPath)
        }
    }
}
