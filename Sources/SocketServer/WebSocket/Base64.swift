public import NIOCore

/// Base64 (RFC 4648 section 4) over buffers: for the handshake's keys, and for bytes in Engine.IO payloads.
public enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let invalid: UInt8 = 0xFF
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: invalid, count: 256)
        for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
        return table
    }()

    /// How many characters `count` bytes take, padding included.
    public static func encodedLength(_ count: Int) -> Int { (count + 2) / 3 * 4 }

    /// Appends the text of `bytes` to `buffer`.
    public static func encode(_ bytes: ByteBufferView, to buffer: inout ByteBuffer) {
        buffer.reserveCapacity(minimumWritableBytes: encodedLength(bytes.count))
        bytes.withUnsafeBytes { source in
            var index = 0
            while index < source.count {
                let count = min(3, source.count - index)
                let second = count > 1 ? source[index + 1] : 0
                let third = count > 2 ? source[index + 2] : 0
                let group = UInt32(source[index]) << 16 | UInt32(second) << 8 | UInt32(third)
                buffer.writeInteger(alphabet[Int(group >> 18 & 63)])
                buffer.writeInteger(alphabet[Int(group >> 12 & 63)])
                buffer.writeInteger(count > 1 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
                buffer.writeInteger(count > 2 ? alphabet[Int(group & 63)] : UInt8(ascii: "="))
                index += 3
            }
        }
    }

    /// The bytes of `text`; nil unless it is base64. Padding may be missing.
    public static func decode(_ text: ByteBufferView) -> ByteBuffer? {
        var characters = text
        while characters.last == UInt8(ascii: "="), text.count - characters.count < 2 { characters.removeLast() }
        guard characters.count % 4 != 1 else { return nil }
        guard characters.count == text.count || text.count % 4 == 0 else { return nil }
        var buffer = ByteBuffer()
        buffer.reserveCapacity(characters.count / 4 * 3 + 2)
        var group: UInt32 = 0
        var bits = 0
        for character in characters {
            let value = values[Int(character)]
            guard value != invalid else { return nil }
            group = group << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                buffer.writeInteger(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
            }
        }
        return buffer
    }
}
