/// Masking of client frames (RFC 6455 section 5.3): byte i is combined with byte i modulo 4 of the key.
enum WebSocketMask {
    /// Unmasks `bytes` where they lie. `key` holds the four key bytes in the order of memory; `offset` is the
    /// position of the first byte in its frame's payload.
    static func apply(_ key: UInt32, to bytes: UnsafeMutableRawBufferPointer, offset: Int) {
        guard key != 0 else { return }
        let rotated = rotate(key, by: offset)
        let wide = UInt64(rotated) | UInt64(rotated) << 32
        var index = 0
        while index &+ 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            bytes.storeBytes(of: word ^ wide, toByteOffset: index, as: UInt64.self)
            index &+= 8
        }
        var tail = rotated
        while index < bytes.count {
            bytes[index] ^= UInt8(truncatingIfNeeded: tail.littleEndian)
            tail = rotate(tail, by: 1)
            index &+= 1
        }
    }

    /// The key as it stands `offset` bytes into a payload.
    private static func rotate(_ key: UInt32, by offset: Int) -> UInt32 {
        let shift = UInt32(truncatingIfNeeded: (offset & 3) &* 8)
        guard shift != 0 else { return key }
        let little = key.littleEndian
        return UInt32(littleEndian: little >> shift | little << (32 &- shift))
    }
}
