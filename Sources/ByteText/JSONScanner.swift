/// Goes through the bytes of one JSON text (RFC 8259), strictly: UTF-8 must be valid, escapes must make whole scalars.
/// What it reads is put together by its user; it never recurses by itself, and each byte is looked at once or twice.
package struct JSONScanner: ~Copyable {
    package struct Malformed: Error {
        package init() {}
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    /// - Parameter bytes: must outlive the scanner.
    package init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    // MARK: Structure

    /// The next byte that is no white space, which stays where it is.
    package mutating func next() throws(Malformed) -> UInt8 {
        skipSpace()
        return try peek()
    }

    /// Nothing but white space may follow.
    package mutating func end() throws(Malformed) {
        skipSpace()
        guard position == bytes.count else { throw Malformed() }
    }

    /// The members of an object whose brace is next. `value` reads the value of the name, all of it.
    package mutating func object(
        _ value: (inout JSONScanner, ByteString) throws(Malformed) -> Void
    ) throws(Malformed) {
        skipSpace()
        try expect(UInt8(ascii: "{"))
        if try next() == UInt8(ascii: "}") { return position += 1 }
        while true {
            skipSpace()
            let name = try string()
            skipSpace()
            try expect(UInt8(ascii: ":"))
            try value(&self, name)
            if try next() == UInt8(ascii: "}") { return position += 1 }
            try expect(UInt8(ascii: ","))
        }
    }

    /// The elements of an array whose bracket is next. `element` reads one, all of it.
    package mutating func array(
        _ element: (inout JSONScanner) throws(Malformed) -> Void
    ) throws(Malformed) {
        skipSpace()
        try expect(UInt8(ascii: "["))
        if try next() == UInt8(ascii: "]") { return position += 1 }
        while true {
            try element(&self)
            if try next() == UInt8(ascii: "]") { return position += 1 }
            try expect(UInt8(ascii: ","))
        }
    }

    // MARK: Values

    package enum Number: Sendable {
        /// Without fraction and exponent, and it fits.
        case integer(Int64)
        case double(Double)
    }

    package mutating func number() throws(Malformed) -> Number {
        skipSpace()
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
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            guard skipDigits() > 0 else { throw Malformed() }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if position == integerEnd, let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { throw Malformed() }
        return .double(number)
    }

    /// `true`, `false` or `null`, as it stands there.
    package mutating func literal(_ text: StaticString) throws(Malformed) {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { throw Malformed() }
        for offset in 0..<count where bytes[position + offset] != text.utf8Start[offset] { throw Malformed() }
        position += count
    }

    package mutating func string() throws(Malformed) -> ByteString {
        try expect(UInt8(ascii: "\""))
        let start = position
        while true {
            let byte = try peek()
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            position += 1
            if byte == UInt8(ascii: "\"") { return try Self.text(bytes[start..<(position - 1)]) }
            guard byte >= 0x20 else { throw Malformed() }
        }
    }

    private mutating func escapedString(from start: Int) throws(Malformed) -> ByteString {
        var text = Array(bytes[start..<position])
        while true {
            let byte = try peek()
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try Self.text(text)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case ..<0x20: throw Malformed()
            default: text.append(byte)
            }
        }
    }

    private static func text(_ bytes: some Collection<UInt8>) throws(Malformed) -> ByteString {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Malformed() }
        return ByteString(text)
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
        case UInt8(ascii: "u"): text.append(contentsOf: String(try unicodeEscape()).utf8)
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
            guard let digit = byte.hexadecimalDigit else { throw Malformed() }
            value = value << 4 | UInt32(digit)
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

    private mutating func skipDigits() -> Int {
        let start = position
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        return position - start
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
