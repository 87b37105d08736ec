/// Goes through the bytes of a ``TokenJSON``.
struct TokenJSONScanner {
    typealias Malformed = TokenJSON.Malformed
    typealias Value = TokenJSON.Value

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    mutating func wholeObject() throws(Malformed) -> [(name: String, value: Value)] {
        var members: [(name: String, value: Value)] = []
        members.reserveCapacity(8)
        skipSpace()
        try expect(UInt8(ascii: "{"))
        try object { scanner throws(Malformed) in
            let name = try scanner.string()
            guard members.count < TokenJSON.maximumMembers, !members.contains(where: { $0.name == name }) else {
                throw Malformed()
            }
            try scanner.colon()
            members.append((name, try scanner.value(depth: 1)))
        }
        skipSpace()
        guard position == bytes.count else { throw Malformed() }
        return members
    }

    // MARK: Values

    private mutating func value(depth: Int) throws(Malformed) -> Value {
        guard depth < TokenJSON.maximumDepth else { throw Malformed() }
        skipSpace()
        switch try peek() {
        case UInt8(ascii: "\""):
            return .text(try string())
        case UInt8(ascii: "{"):
            position += 1
            try object { scanner throws(Malformed) in
                _ = try scanner.string()
                try scanner.colon()
                _ = try scanner.value(depth: depth + 1)
            }
            return .other
        case UInt8(ascii: "["):
            position += 1
            return try array(depth: depth + 1)
        case UInt8(ascii: "t"):
            try literal("true")
            return .other
        case UInt8(ascii: "f"):
            try literal("false")
            return .other
        case UInt8(ascii: "n"):
            try literal("null")
            return .null
        default:
            return try number()
        }
    }

    /// What follows an opening brace; `member` reads a name and what belongs to it.
    private mutating func object(_ member: (inout Self) throws(Malformed) -> Void) throws(Malformed) {
        skipSpace()
        if try peek() == UInt8(ascii: "}") {
            position += 1
            return
        }
        while true {
            skipSpace()
            try member(&self)
            skipSpace()
            if try peek() == UInt8(ascii: "}") {
                position += 1
                return
            }
            try expect(UInt8(ascii: ","))
        }
    }

    /// What follows an opening bracket.
    private mutating func array(depth: Int) throws(Malformed) -> Value {
        var texts: [String]? = []
        skipSpace()
        if try peek() == UInt8(ascii: "]") {
            position += 1
            return .texts([])
        }
        while true {
            if case .text(let text) = try value(depth: depth) { texts?.append(text) } else { texts = nil }
            skipSpace()
            if try peek() == UInt8(ascii: "]") {
                position += 1
                return texts.map { .texts($0) } ?? .other
            }
            try expect(UInt8(ascii: ","))
        }
    }

    private mutating func number() throws(Malformed) -> Value {
        let start = position
        if try peek() == UInt8(ascii: "-") { position += 1 }
        let firstDigit = position
        let digits = skipDigits()
        guard digits > 0, digits == 1 || bytes[firstDigit] != UInt8(ascii: "0") else { throw Malformed() }
        let integerEnd = position
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            guard skipDigits() > 0 else { throw Malformed() }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[position]) {
                position += 1
            }
            guard skipDigits() > 0 else { throw Malformed() }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if position == integerEnd, let integer = Int64(text) { return .number(Double(integer), integer: integer) }
        guard let number = Double(text), number.isFinite else { throw Malformed() }
        // Above that what is no integer may have become one by rounding.
        return .number(number, integer: abs(number) < 0x1p53 ? Int64(exactly: number) : nil)
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        return position - start
    }

    // MARK: Strings

    private mutating func string() throws(Malformed) -> String {
        try expect(UInt8(ascii: "\""))
        let start = position
        var text: [UInt8]?
        while true {
            let byte = try peek()
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                let end = position - 1
                let string =
                    if let text {
                        String(validating: text, as: UTF8.self)
                    } else {
                        String(validating: bytes[start..<end], as: UTF8.self)
                    }
                guard let string else { throw Malformed() }
                return string
            case UInt8(ascii: "\\"):
                var unescaped = text ?? Array(bytes[start..<(position - 1)])
                try escape(into: &unescaped)
                text = unescaped
            case ..<0x20:
                throw Malformed()
            default:
                text?.append(byte)
            }
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(Malformed) {
        let byte = try peek()
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(Character(try unicodeEscape())).utf8)
        default: throw Malformed()
        }
    }

    /// The scalar of a `\u` escape, its second half included where it is a surrogate pair.
    private mutating func unicodeEscape() throws(Malformed) -> Unicode.Scalar {
        let first = try hexQuad()
        if let scalar = Unicode.Scalar(first) { return scalar }
        try expect(UInt8(ascii: "\\"))
        try expect(UInt8(ascii: "u"))
        let second = try hexQuad()
        guard (0xD800..<0xDC00).contains(first), (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw Malformed() }
        return scalar
    }

    private mutating func hexQuad() throws(Malformed) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = try peek()
            position += 1
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: throw Malformed()
            }
        }
        return value
    }

    // MARK: Bytes

    private func peek() throws(Malformed) -> UInt8 {
        guard position < bytes.count else { throw Malformed() }
        return bytes[position]
    }

    private mutating func expect(_ byte: UInt8) throws(Malformed) {
        guard try peek() == byte else { throw Malformed() }
        position += 1
    }

    private mutating func colon() throws(Malformed) {
        skipSpace()
        try expect(UInt8(ascii: ":"))
    }

    private mutating func literal(_ text: StaticString) throws(Malformed) {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { throw Malformed() }
        for offset in 0..<count where bytes[position + offset] != text.utf8Start[offset] { throw Malformed() }
        position += count
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }
}
