/// Comparing bytes in memory, and finding them.
public enum Bytes {
    /// Whether two pieces of the same length hold the same, eight bytes at a time.
    @inlinable
    public static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        let count = left.count
        var index = 0
        while index + 8 <= count {
            let word = left.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            guard word == right.loadUnaligned(fromByteOffset: index, as: UInt64.self) else { return false }
            index += 8
        }
        while index < count {
            guard left[index] == right[index] else { return false }
            index += 1
        }
        return true
    }

    /// Whether one of them is this one, eight bytes at a time.
    static func contain(_ byte: UInt8, in bytes: UnsafeRawBufferPointer) -> Bool {
        firstPlace(of: byte, in: bytes) != nil
    }

    /// Where one of them is this one first, at `start` or behind it; eight bytes at a time.
    public static func firstPlace(of byte: UInt8, in bytes: UnsafeRawBufferPointer, from start: Int = 0) -> Int? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let wanted = ones &* UInt64(byte)
        let count = bytes.count
        var index = start
        while index + 8 <= count {
            // A byte that is zero now borrows from its highest bit, which it has not set.
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ wanted
            // A borrow goes on upwards only: the lowest bit that is set is right.
            let found = (word &- ones) & ~word & (ones &* 0x80)
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < count {
            if bytes[index] == byte { return index }
            index += 1
        }
        return nil
    }
}
