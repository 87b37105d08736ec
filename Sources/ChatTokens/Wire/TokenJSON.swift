import ByteText
import JSON

/// One JSON object as tokens have it (RFC 7515 section 4, RFC 7519 section 4). UTF-8 must be valid, escapes must make
/// whole characters, and no name may come twice (RFC 7519 leaves that to the reader), so that nobody can read another
/// value than we do.
struct TokenJSON {
    struct Malformed: Error {}

    /// How deep arrays and objects may stand in one another; deeper ones are refused.
    static let maximumDepth = 32
    /// Members of the object; more are refused.
    static let maximumMembers = 256

    private let object: JSONObject

    /// - Throws: ``Malformed`` when `bytes` are not exactly one JSON object of the kind above.
    init(_ bytes: [UInt8]) throws(Malformed) {
        let options = JSONParser.Options.strict(maxDepth: Self.maximumDepth)
        // Malformed, whatever it is.
        let value = bytes.withUnsafeBytes { try? JSONParser.parse($0, options).value }
        guard case .object(let object)? = value, object.members.count <= Self.maximumMembers, object.hasUniqueNames
        else { throw Malformed() }
        self.object = object
    }

    /// `nil` when there is no such member.
    subscript(name: ByteString) -> JSONValue? { object[name] }

    /// - Returns: `nil` when it is absent or null.
    /// - Throws: ``Malformed`` when it is no string.
    func text(_ name: ByteString) throws(Malformed) -> ByteString? {
        switch self[name] {
        case nil, .null: return nil
        case .string(let text): return text
        default: throw Malformed()
        }
    }

    /// - Returns: `nil` when it is absent or null.
    /// - Throws: ``Malformed`` when it is no number.
    func number(_ name: ByteString) throws(Malformed) -> Double? {
        switch self[name] {
        case nil, .null: return nil
        case .integer(let number): return Double(number)
        case .number(let number): return number
        default: throw Malformed()
        }
    }
}
