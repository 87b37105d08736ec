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
    ///
    /// By pointers, as a build without optimisation runs every call that it reads in the source: a collection's costs
    /// it microseconds a byte, which stalls a loop for seconds.
    public static func encode(_ bytes: ByteBufferView, to buffer: inout ByteBuffer) {
        let length = encodedLength(bytes.count)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: length) { target in
            bytes.withUnsafeBytes { source in
                alphabet.withUnsafeBufferPointer { encode(source, by: $0, to: target) }
            }
            return length
        }
    }

    private static func encode(
        _ source: UnsafeRawBufferPointer, by alphabet: UnsafeBufferPointer<UInt8>,
        to target: UnsafeMutableRawBufferPointer
    ) {
        let (count, padding) = (source.count, UInt8(ascii: "="))
        var index = 0
        var place = 0
        while index < count {
            let second = index &+ 1 < count ? source[index &+ 1] : 0
            let third = index &+ 2 < count ? source[index &+ 2] : 0
            let group = Int(source[index]) &<< 16 | Int(second) &<< 8 | Int(third)
            target[place] = alphabet[group &>> 18]
            target[place &+ 1] = alphabet[group &>> 12 & 63]
            target[place &+ 2] = index &+ 1 < count ? alphabet[group &>> 6 & 63] : padding
            target[place &+ 3] = index &+ 2 < count ? alphabet[group & 63] : padding
            index &+= 3
            place &+= 4
        }
    }

    /// The bytes of `text`; nil unless it is base64. Padding may be missing.
    public static func decode(_ text: ByteBufferView) -> ByteBuffer? {
        var buffer = ByteBuffer()
        var isValid = false
        text.withUnsafeBytes { source in
            var count = source.count
            while count > 0, source.count - count < 2, source[count - 1] == UInt8(ascii: "=") { count -= 1 }
            guard count % 4 != 1, count == source.count || source.count % 4 == 0 else { return }
            let characters = UnsafeRawBufferPointer(rebasing: source[..<count])
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count / 4 * 3 + 2) { target in
                let length = values.withUnsafeBufferPointer { decode(characters, by: $0, to: target) }
                isValid = length != nil
                return length ?? 0
            }
        }
        return isValid ? buffer : nil
    }

    /// - Returns: how many bytes there are; nil at a character that is none of the alphabet.
    private static func decode(
        _ source: UnsafeRawBufferPointer, by values: UnsafeBufferPointer<UInt8>,
        to target: UnsafeMutableRawBufferPointer
    ) -> Int? {
        let count = source.count
        var group: UInt32 = 0
        var bits: UInt32 = 0
        var length = 0
        var index = 0
        while index < count {
            let value = values[Int(source[index])]
            guard value != invalid else { return nil }
            index &+= 1
            group = group &<< 6 | UInt32(value)
            bits &+= 6
            guard bits >= 8 else { continue }
            bits &-= 8
            target[length] = UInt8(truncatingIfNeeded: group &>> bits)
            length &+= 1
        }
        return length
    }
}
