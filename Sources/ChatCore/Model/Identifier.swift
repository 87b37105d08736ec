import ByteText

/// An opaque, stable name of one thing, as clients and operators see it. Never interpreted outside the store.
///
/// The phantom parameter keeps a chat's id from being passed where a user's is wanted. A stranger may have chosen it:
/// it is compared, hashed and ordered by its bytes.
public struct Identifier<Subject>: Hashable, Sendable, CustomStringConvertible {
    public let bytes: ByteString

    public init(_ bytes: ByteString) { self.bytes = bytes }
    public init(_ rawValue: String) { bytes = ByteString(rawValue) }

    public var rawValue: String { bytes.string }
    public var description: String { bytes.string }
}

extension Identifier: Comparable {
    public static func < (left: Self, right: Self) -> Bool { left.bytes < right.bytes }
}

/// A user's id: given by the operator or a token (``IdentifierRule``), or a UUID.
public typealias UserID = Identifier<User>
/// A chat's id: given by the operator (``IdentifierRule``) or a UUID.
public typealias ChatID = Identifier<Chat>
/// A message's id: made by the store from the message's revision, never used twice.
public typealias MessageID = Identifier<Message>
/// The `jti` of an issued token.
public typealias TokenID = Identifier<TokenRecord>

/// Namespace for the rules that ids given from outside keep to.
public enum IdentifierRule {
    /// Bytes of the longest id.
    public static let longest = 128

    /// Whether `id` may be one of a user or a chat: 1–128 of U+0021–U+007E, so that e-mail addresses, URLs and what
    /// identity providers call people are ids as they are. CONTRACT section 2.
    public static func allows(_ id: ByteString) -> Bool {
        (1...longest).contains(id.count) && id.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// Whether `name` may be the name of a cursor or of a file in a folder of files: 1–64 of `A-Za-z0-9_.:-`.
    public static func allowsAsPlainName(_ name: String) -> Bool {
        let bytes = name.utf8
        return (1...64).contains(bytes.count) && bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }
}
