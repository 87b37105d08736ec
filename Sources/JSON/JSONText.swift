/// Writes the two things that JSON text is mostly made of, strings and integers (RFC 8259 sections 6 and 7), into plain
/// memory: a buffer is asked for its room once a value, not once a byte.
enum JSONText {
    /// Bytes of `Int64.min`.
    static let longestInteger = 20

    /// How many bytes the string takes in quotes, escaped.
    ///
    /// Eight bytes at a time are looked at while none of them needs an escape, which in a chat is nearly always so.
    static func quotedSize(_ text: UnsafeBufferPointer<UInt8>) -> Int {
        guard let source = UnsafeRawPointer(text.baseAddress) else { return 2 }
        var size = text.count + 2
        var index = 0
        while index < text.count {
            if index + 8 <= text.count {
                let word = source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                if !needsEscape(word) {
                    index += 8
                    continue
                }
            }
            let end = min(index + 8, text.count)
            while index < end {
                size += escapedSize(text[index]) - 1
                index += 1
            }
        }
        return size
    }

    /// The string in quotes, with the least escaping that is right.
    ///
    /// - Parameter target: exactly ``quotedSize(_:)`` bytes.
    static func quote(_ text: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableRawBufferPointer) {
        guard let start = target.baseAddress else { return }
        start.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
        var out = start + 1
        if target.count == text.count + 2 {
            if let source = text.baseAddress { out.copyMemory(from: source, byteCount: text.count) }
            out += text.count
        } else {
            for byte in text { out = put(byte, at: out) }
        }
        out.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
    }

    private static func escapedSize(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x0A, 0x0D, 0x09: 2
        case ..<0x20: 6
        default: 1
        }
    }

    /// Whether any byte of the word is a control character, a quote or a backslash. A byte b is one of them when
    /// b - 0x20, (b ^ quote) - 1 or (b ^ backslash) - 1 borrows into its highest bit and b itself has that bit clear; a
    /// borrow from the byte below can only make a word look worse than it is, and then it is looked at byte by byte.
    static func needsEscape(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let control = word &- ones &* 0x20
        let quote = (word ^ ones &* UInt64(UInt8(ascii: "\""))) &- ones
        let backslash = (word ^ ones &* UInt64(UInt8(ascii: "\\"))) &- ones
        return (control | quote | backslash) & ~word & (ones &* 0x80) != 0
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
            let low = byte & 15
            return store(
                backslash, UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0"), UInt8(ascii: "0") + byte >> 4,
                low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") - 10 + low)
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
}
