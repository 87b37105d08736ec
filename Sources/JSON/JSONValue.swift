import ByteText
import NIOCore

/// A JSON value (RFC 8259), and what Socket.IO has besides: `binary` for an attachment (Socket.IO 5, "Packet encoding",
/// placeholders), which may stand wherever a value may and never comes of text. Its texts are bytes: whoever sent them
/// may have chosen them so that comparing them as characters takes for ever.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number without fraction or exponent that fits.
    case integer(Int64)
    case number(Double)
    case string(ByteString)
    case array([JSONValue])
    case object(JSONObject)
    case binary(ByteBuffer)

    /// A string of our own.
    public static func string(_ text: String) -> JSONValue { .string(ByteString(text)) }

    /// The member of an object; `nil` where there is none or this is no object.
    public subscript(_ name: ByteString) -> JSONValue? {
        if case .object(let object) = self { object[name] } else { nil }
    }

    public var string: ByteString? { if case .string(let value) = self { value } else { nil } }
    public var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
    /// The whole number that this is, `60.0` included. Above 2^53 what is written as a fraction is none: it may have
    /// become whole by rounding.
    public var wholeNumber: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let value) where abs(value) < 0x1p53: Int64(exactly: value)
        default: nil
        }
    }
    public var isNull: Bool { self == .null }

    /// Whether a binary attachment is anywhere inside.
    public var hasBinary: Bool {
        switch self {
        case .binary: true
        case .array(let values): values.contains(where: \.hasBinary)
        case .object(let object): object.members.contains { $0.value.hasBinary }
        default: false
        }
    }
}

/// The members of a JSON object in the order they came. Small objects are what chats are made of: a scan beats a hash.
public struct JSONObject: Sendable, Hashable {
    public struct Member: Sendable, Hashable {
        public var name: ByteString
        public var value: JSONValue

        public init(name: ByteString, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    public var members: [Member]

    public init(_ members: KeyValuePairs<ByteString, JSONValue> = [:]) {
        self.members = members.map { Member(name: $0.key, value: $0.value) }
    }

    /// The value of the last member of that name, as JavaScript has it.
    public subscript(_ name: ByteString) -> JSONValue? {
        get { members.last { $0.name == name }?.value }
        set {
            members.removeAll { $0.name == name }
            if let newValue { members.append(Member(name: name, value: newValue)) }
        }
    }

    /// Whether no name comes twice.
    public var hasUniqueNames: Bool { Set(members.lazy.map(\.name)).count == members.count }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral, ExpressibleByFloatLiteral
{
    public init(stringLiteral value: String) { self = .string(ByteString(value)) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(nilLiteral: ()) { self = .null }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (ByteString, JSONValue)...) {
        var object = JSONObject()
        object.members = elements.map { JSONObject.Member(name: $0.0, value: $0.1) }
        self = .object(object)
    }
}
