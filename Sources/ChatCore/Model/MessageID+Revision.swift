/// Message ids are the revision that made the message, in 13 characters of base32hex: opaque to everybody else, needing
/// no index in the store, and sorting as the messages do.
extension Identifier where Subject == Message {
    /// The id of the message made by `revision`.
    public init(revision: Revision) {
        let value = UInt64(bitPattern: revision.value)
        self.init(
            String(unsafeUninitializedCapacity: 13) { buffer in
                for index in 0..<13 {
                    let digit = UInt8(truncatingIfNeeded: value >> UInt64(5 * (12 - index))) & 31
                    buffer[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                }
                return 13
            })
    }

    /// The revision that made the message; `nil` for a text that is no message's id.
    public var revision: Revision? {
        guard rawValue.utf8.count == 13 else { return nil }
        var value: UInt64 = 0
        for (index, byte) in rawValue.utf8.enumerated() {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "v"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            // 13 digits hold 65 bits; ids are positive 64-bit numbers.
            if index == 0, digit > 7 { return nil }
            value = value << 5 | UInt64(digit)
        }
        return Revision(Int64(bitPattern: value))
    }
}
