/// Makes ids that nobody can guess: 20 characters of the URL-safe base64 alphabet, 120 random bits.
enum SocketID {
    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    static func fresh() -> String {
        var generator = SystemRandomNumberGenerator()
        // One call of the kernel.
        let random: UInt128 = generator.next()
        var bits = (UInt64(truncatingIfNeeded: random), UInt64(truncatingIfNeeded: random >> 64))
        return String(unsafeUninitializedCapacity: 20) { buffer in
            for index in 0..<20 {
                let six = index < 10 ? bits.0 & 63 : bits.1 & 63
                if index < 10 { bits.0 >>= 6 } else { bits.1 >>= 6 }
                buffer[index] = alphabet.utf8Start[Int(six)]
            }
            return 20
        }
    }
}
