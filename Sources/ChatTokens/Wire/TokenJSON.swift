/// One JSON object as tokens have it: its members, one level deep (RFC 8259, RFC 7519 section 4).
///
/// Written here because every connect reads a token: Foundation's decoder costs ten times as much for five claims. As
/// strict as that: UTF-8 must be valid, escapes must make whole characters, nothing may follow the object. Stricter in
/// that no name may come twice (RFC 7519 leaves that to the reader), so that nobody can read another value than we do.
struct TokenJSON {
    enum Value: Equatable {
        case text(String)
        /// An integer that fits, besides what it is as a floating-point number.
        case number(Double, integer: Int64?)
        case texts([String])
        case null
        /// Valid, and nothing that a token's claims are asked for.
        case other
    }

    struct Malformed: Error {}

    /// How deep arrays and objects may stand in one another; deeper ones are refused, not recursed into.
    static let maximumDepth = 32
    /// Members of the object; more are refused.
    static let maximumMembers = 256

    private let members: [(name: String, value: Value)]

    /// - Throws: ``Malformed`` when `bytes` are not exactly one JSON object of the kind above.
    init(_ bytes: [UInt8]) throws(Malformed) {
        let result: Result<[(name: String, value: Value)], Malformed> = bytes.withUnsafeBufferPointer { bytes in
            var scanner = TokenJSONScanner(bytes)
            do throws(Malformed) {
                return .success(try scanner.wholeObject())
            } catch {
                return .failure(error)
            }
        }
        members = try result.get()
    }

    /// `nil` when there is no such member.
    subscript(name: String) -> Value? { members.first { $0.name == name }?.value }

    /// - Returns: `nil` when it is absent or null.
    /// - Throws: ``Malformed`` when it is no string.
    func text(_ name: String) throws(Malformed) -> String? {
        switch self[name] {
        case nil, .null: return nil
        case .text(let text): return text
        default: throw Malformed()
        }
    }

    /// - Returns: `nil` when it is absent or null.
    /// - Throws: ``Malformed`` when it is no number.
    func number(_ name: String) throws(Malformed) -> Double? {
        switch self[name] {
        case nil, .null: return nil
        case .number(let number, _): return number
        default: throw Malformed()
        }
    }
}
