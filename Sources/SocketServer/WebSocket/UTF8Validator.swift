/// Validates UTF-8 that arrives in parts, and says no at the first byte that cannot belong to any continuation
/// (RFC 3629 section 4), so that a bad text message ends before its last fragment.
///
/// 1. Bytes below 0x80 stand alone; runs of them are passed over eight at a time.
/// 2. A leading byte says how many continuation bytes follow, and narrows the first of them, which excludes overlong
///    forms, surrogates and what lies above U+10FFFF.
/// 3. Every other continuation byte is 0x80 to 0xBF.
public struct UTF8Validator: Sendable {
    private var remaining: UInt8 = 0
    private var lower: UInt8 = 0x80
    private var upper: UInt8 = 0xBF

    public init() {}

    /// Whether the bytes so far end between two scalars.
    public var isComplete: Bool { remaining == 0 }

    /// Takes the next bytes. False: they can never become valid.
    public mutating func consume(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        let count = bytes.count
        while index < count {
            if remaining == 0 {
                while index &+ 8 <= count,
                    bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
                {
                    index &+= 8
                }
                if index == count { break }
            }
            let byte = bytes[index]
            index &+= 1
            if remaining > 0 {
                guard byte >= lower, byte <= upper else { return false }
                remaining &-= 1
                lower = 0x80
                upper = 0xBF
            } else if byte >= 0x80 {
                guard lead(byte) else { return false }
            }
        }
        return true
    }

    private mutating func lead(_ byte: UInt8) -> Bool {
        switch byte {
        case 0xC2...0xDF: remaining = 1
        case 0xE0: (remaining, lower) = (2, 0xA0)
        case 0xED: (remaining, upper) = (2, 0x9F)
        case 0xE1...0xEF: remaining = 2
        case 0xF0: (remaining, lower) = (3, 0x90)
        case 0xF4: (remaining, upper) = (3, 0x8F)
        case 0xF1...0xF3: remaining = 3
        default: return false
        }
        return true
    }
}
