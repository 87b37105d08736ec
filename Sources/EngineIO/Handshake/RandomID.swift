import ByteText

/// Makes ids of sessions and sockets: 20 characters of the URL-safe base64 alphabet, 120 bits from the system's
/// generator. Who knows a session's id can act for it, so nobody may guess one.
package enum RandomID {
    package static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        // One call of the kernel.
        let bits: UInt128 = generator.next()
        var (low, high) = (UInt64(truncatingIfNeeded: bits), UInt64(truncatingIfNeeded: bits >> 64))
        let alphabet = Base64.url.alphabet
        return String(unsafeUninitializedCapacity: 20) { bytes in
            for index in 0..<10 {
                bytes[index] = alphabet[Int(low & 63)]
                bytes[index + 10] = alphabet[Int(high & 63)]
                low >>= 6
                high >>= 6
            }
            return 20
        }
    }
}
