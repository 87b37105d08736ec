import ByteText

/// One JSON object as tokens have it: its members, one level deep (RFC 8259, RFC 7519 section 4).
///
/// Written here because every connect reads a token: Foundation's decoder costs ten times as much for five claims. As
/// strict as that: UTF-8 must be valid, escapes must make whole characters, nothing may follow the object. Stricter in
/// that no name may come twice (RFC 7519 leaves that to the reader), so that nobody can read another value than we do.
struct TokenJSON {
    enum Value: Equatable {
        case text(ByteString)
        /// An integer that fits, besides what it is as a floating-point number.
        case number(Double, integer: Int64?)
        case texts([ByteString])
        case null
        /// Valid, and nothing that a token's claims are asked for.
        case other
    }

    typealias Malformed = JSONScanner.Malformed

    /// How deep arrays and objects may stand in one another; deeper ones are refused, not recursed into.
    static let maximumDepth = 32
    /// Members of the object; more are refused.
    static let maximumMembers = 256

    private let members: [(name: ByteString, value: Value)]

    /// - Throws: ``Malformed`` when `bytes` are not exactly one JSON object of the kind above.
    init(_ bytes: [UInt8]) throws(Malformed) {
        let result: Result<[(name: ByteString, value: Value)], Malformed> = bytes.withUnsafeBufferPointer { bytes in
            do throws(Malformed) {
                return .success(try Self.members(bytes))
            } catch {
                return .failure(error)
            }
        }
        members = try result.get()
    }

    private static func members(
        _ bytes: UnsafeBufferPointer<UInt8>
    ) throws(Malformed) -> [(name: ByteString, value: Value)] {
        var scanner = JSONScanner(bytes)
        var members: [(name: ByteString, value: Value)] = []
        members.reserveCapacity(8)
        try scanner.object { scanner, name throws(Malformed) in
            guard members.count < maximumMembers, !members.contains(where: { $0.name == name }) else {
                throw Malformed()
            }
            members.append((name, try value(&scanner, depth: 1)))
        }
        try scanner.end()
        return members
    }

    private static func value(_ scanner: inout JSONScanner, depth: Int) throws(Malformed) -> Value {
        guard depth < maximumDepth else { throw Malformed() }
        switch try scanner.next() {
        case UInt8(ascii: "\""):
            return .text(try scanner.string())
        case UInt8(ascii: "{"):
            try scanner.object { scanner, _ throws(Malformed) in _ = try value(&scanner, depth: depth + 1) }
            return .other
        case UInt8(ascii: "["):
            var texts: [ByteString]? = []
            try scanner.array { scanner throws(Malformed) in
                if case .text(let text) = try value(&scanner, depth: depth + 1) {
                    texts?.append(text)
                } else {
                    texts = nil
                }
            }
            return texts.map { .texts($0) } ?? .other
        case UInt8(ascii: "t"):
            try scanner.literal("true")
            return .other
        case UInt8(ascii: "f"):
            try scanner.literal("false")
            return .other
        case UInt8(ascii: "n"):
            try scanner.literal("null")
            return .null
        default:
            switch try scanner.number() {
            case .integer(let integer): return .number(Double(integer), integer: integer)
            // Above that what is no integer may have become one by rounding.
            case .double(let number):
                return .number(number, integer: abs(number) < 0x1p53 ? Int64(exactly: number) : nil)
            }
        }
    }

    /// `nil` when there is no such member.
    subscript(name: ByteString) -> Value? { members.first { $0.name == name }?.value }

    /// - Returns: `nil` when it is absent or null.
    /// - Throws: ``Malformed`` when it is no string.
    func text(_ name: ByteString) throws(Malformed) -> ByteString? {
        switch self[name] {
        case nil, .null: return nil
        case .text(let text): return text
        default: throw Malformed()
        }
    }

    /// - Returns: `nil` when it is absent or null.
    /// - Throws: ``Malformed`` when it is no number.
    func number(_ name: ByteString) throws(Malformed) -> Double? {
        switch self[name] {
        case nil, .null: return nil
        case .number(let number, _): return number
        default: throw Malformed()
        }
    }
}
