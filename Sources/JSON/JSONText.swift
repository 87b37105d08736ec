import ByteText

/// Writes the two things that JSON text is mostly made of, strings and integers (RFC 8259 sections 6 and 7), into plain
/// memory, and reads them out of it: a buffer is asked for its room once a value, not once a byte.
enum JSONText {
    /// Bytes of `Int64.min`.
    static let longestInteger = 20

    /// Copies the beginning of the text that needs no escape, eight bytes at a time: in a chat that is nearly always
    /// all of it.
    ///
    /// - Parameter target: room for all of the text.
    /// - Returns: how many bytes that were.
    static func copyPlain(_ text: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableRawPointer) -> Int {
        guard let source = UnsafeRawPointer(text.baseAddress) else { return 0 }
        let count = text.count
        var index = 0
        while index &+ 8 <= count {
            let word = source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if needsEscape(word) { break }
            target.storeBytes(of: word, toByteOffset: index, as: UInt64.self)
            index &+= 8
        }
        while index < count {
            let byte = text[index]
            if isSpecial(byte) { break }
            target.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
            index &+= 1
        }
        return index
    }

    /// How many bytes the text takes, escaped.
    static func escapedSize(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
        text.reduce(0) { $0 + escapedSize($1) }
    }

    /// The text with the least escaping that is right.
    ///
    /// - Parameter target: ``escapedSize(_:)`` bytes.
    static func escape(_ text: Slice<UnsafeBufferPointer<UInt8>>, into target: UnsafeMutableRawPointer) {
        var out = target
        for byte in text { out = put(byte, at: out) }
    }

    @inline(__always)
    static func isSpecial(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func escapedSize(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x0A, 0x0D, 0x09: 2
        case ..<0x20: 6
        default: 1
        }
    }

    /// Whether any byte of the word is a control character, a quote or a backslash.
    @inline(__always)
    static func needsEscape(_ word: UInt64) -> Bool { specials(word) != 0 }

    /// The highest bit of each byte that is a control character, a quote or a backslash. A byte b is one of them when
    /// b - 0x20, (b ^ quote) - 1 or (b ^ backslash) - 1 borrows into its highest bit and b itself has that bit clear; a
    /// borrow from the byte below can only make a word look worse than it is, so the lowest bit that is set is right.
    @inline(__always)
    static func specials(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let control = word &- ones &* 0x20
        let quote = (word ^ ones &* UInt64(UInt8(ascii: "\""))) &- ones
        let backslash = (word ^ ones &* UInt64(UInt8(ascii: "\\"))) &- ones
        return (control | quote | backslash) & ~word & (ones &* 0x80)
    }

    private static func put(_ byte: UInt8, at out: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        func store(_ bytes: UInt8...) -> UnsafeMutableRawPointer {
            for (index, byte) in bytes.enumerated() {
                out.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
            }
            return out + bytes.count
        }
        let backslash = UInt8(ascii: "\\")
        switch byte {
        case UInt8(ascii: "\""), backslash: return store(backslash, byte)
        case 0x0A: return store(backslash, UInt8(ascii: "n"))
        case 0x0D: return store(backslash, UInt8(ascii: "r"))
        case 0x09: return store(backslash, UInt8(ascii: "t"))
        case ..<0x20:
            let (high, low) = byte.hexadecimalDigits(uppercase: false)
            return store(backslash, UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0"), high, low)
        default:
            out.storeBytes(of: byte, as: UInt8.self)
            return out + 1
        }
    }

    /// The integer in decimal.
    ///
    /// - Parameter target: at least ``longestInteger`` bytes.
    /// - Returns: how many bytes were written.
    static func write(_ value: Int64, into target: UnsafeMutableRawBufferPointer) -> Int {
        var digits = 1
        var rest = value.magnitude
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        let sign = value < 0 ? 1 : 0
        if sign == 1 { target[0] = UInt8(ascii: "-") }
        rest = value.magnitude
        for index in stride(from: sign + digits - 1, through: sign, by: -1) {
            target[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        return sign + digits
    }

    // MARK: Reading

    /// The integer that at most 18 digits say, with or without a sign.
    static func integer(_ text: UnsafeRawBufferPointer) -> Int64 {
        let isNegative = text.first == UInt8(ascii: "-")
        var value: Int64 = 0
        for byte in text.dropFirst(isNegative ? 1 : 0) { value = value &* 10 &+ Int64(byte &- UInt8(ascii: "0")) }
        return isNegative ? -value : value
    }

    /// The text of a string, whose escapes were checked for their form. Half a surrogate pair, and what is no UTF-8,
    /// becomes U+FFFD.
    static func unescaped(_ bytes: UnsafeRawBufferPointer) -> ByteString {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\") else {
                text.append(bytes[index])
                index += 1
                continue
            }
            switch bytes[index + 1] {
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "u"):
                let (scalar, size) = scalar(bytes, at: index)
                text.append(contentsOf: String(scalar ?? "\u{FFFD}").utf8)
                index += size
                continue
            case let byte: text.append(byte)
            }
            index += 2
        }
        return ByteString(decoding: text)
    }

    /// The scalar of the `\u` escape at a place, its second half included where it is a surrogate pair; `nil` for half
    /// a pair. `size`: bytes of it.
    static func scalar(_ bytes: UnsafeRawBufferPointer, at index: Int) -> (scalar: Unicode.Scalar?, size: Int) {
        let first = hexQuad(bytes, at: index + 2)
        if let scalar = Unicode.Scalar(first) { return (scalar, 6) }
        guard (0xD800..<0xDC00).contains(first), index + 12 <= bytes.count,
            bytes[index + 6] == UInt8(ascii: "\\"), bytes[index + 7] == UInt8(ascii: "u")
        else { return (nil, 6) }
        let second = hexQuad(bytes, at: index + 8)
        guard (0xDC00..<0xE000).contains(second) else { return (nil, 6) }
        return (Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)), 12)
    }

    /// Four hexadecimal digits, that were checked.
    private static func hexQuad(_ bytes: UnsafeRawBufferPointer, at index: Int) -> UInt32 {
        bytes[index..<index + 4].reduce(0) { $0 << 4 | UInt32($1.hexadecimalDigit ?? 0) }
    }
}
