/// Keys of rows in one value: eight bytes each, the highest first.
enum KeyList {
    static func bytes(_ keys: [Int64]) -> [UInt8] {
        keys.flatMap { key in (0..<8).map { UInt8(truncatingIfNeeded: key >> (56 - 8 * $0)) } }
    }

    static func keys(_ bytes: [UInt8]) -> [Int64] {
        stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map { start in
            bytes[start..<(start + 8)].reduce(0) { $0 << 8 | Int64($1) }
        }
    }
}
