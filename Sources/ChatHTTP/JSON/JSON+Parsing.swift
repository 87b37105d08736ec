import ByteText

extension JSON {
    /// How deep arrays and objects may stand in one another; deeper text is refused, not recursed into.
    static let maximumDepth = 64

    /// - Throws: when `bytes` are not exactly one JSON value.
    static func parse(_ bytes: some Collection<UInt8>) throws(JSONScanner.Malformed) -> JSON {
        let result: Result<JSON, JSONScanner.Malformed> = Array(bytes).withUnsafeBufferPointer { bytes in
            var scanner = JSONScanner(bytes)
            do throws(JSONScanner.Malformed) {
                let value = try read(&scanner, depth: 0)
                try scanner.end()
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func read(_ scanner: inout JSONScanner, depth: Int) throws(JSONScanner.Malformed) -> JSON {
        guard depth < maximumDepth else { throw JSONScanner.Malformed() }
        switch try scanner.next() {
        case UInt8(ascii: "\""):
            return .string(try scanner.string())
        case UInt8(ascii: "{"):
            var members: [(key: ByteString, value: JSON)] = []
            try scanner.object { scanner, name throws(JSONScanner.Malformed) in
                members.append((name, try read(&scanner, depth: depth + 1)))
            }
            return .object(members)
        case UInt8(ascii: "["):
            var values: [JSON] = []
            try scanner.array { scanner throws(JSONScanner.Malformed) in
                values.append(try read(&scanner, depth: depth + 1))
            }
            return .array(values)
        case UInt8(ascii: "t"):
            try scanner.literal("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try scanner.literal("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try scanner.literal("null")
            return .null
        default:
            switch try scanner.number() {
            case .integer(let value): return .integer(value)
            // `60.0` is a whole number too; larger ones may have become one by rounding.
            case .double(let value):
                if abs(value) < 0x1p53, let whole = Int64(exactly: value) { return .integer(whole) }
                return .number(value)
            }
        }
    }
}
