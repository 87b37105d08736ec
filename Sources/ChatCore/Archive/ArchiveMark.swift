/// How far an import got: what it noted with its last commit, so that it goes on there after it was killed.
public struct ArchiveMark: Sendable, Hashable {
    /// Lines taken.
    public var line: Int64
    /// Of the bytes of these lines, so that another archive is told from this one.
    public var digest: UInt64

    public init(line: Int64 = 0, digest: UInt64 = 0xCBF2_9CE4_8422_2325) {
        self.line = line
        self.digest = digest
    }

    /// Takes another line: FNV-1a over its bytes, eight at a time.
    public mutating func take(_ bytes: UnsafeRawBufferPointer) {
        line += 1
        var hash = digest
        func mix(_ word: UInt64) { hash = (hash ^ word) &* 0x100_0000_01B3 }
        mix(UInt64(bytes.count))
        var offset = 0
        while offset + 8 <= bytes.count {
            mix(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            // The multiplication carries upwards only: bring the upper half down.
            hash ^= hash >> 32
            offset += 8
        }
        while offset < bytes.count {
            mix(UInt64(bytes[offset]))
            offset += 1
        }
        digest = hash
    }
}
