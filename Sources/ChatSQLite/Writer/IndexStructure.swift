/// The levels of an FTS5 index, as its structure record has them: how many segments each has, and how many of those
/// are being merged.
///
/// The record (fts5_index.c, "Structure Record Format"): a cookie of 4 bytes; varints: levels, segments, a counter; for
/// each level the number of its segments that are being merged and of all its segments, and three varints a segment.
/// Newer levels come first; what is merged comes out in the next level.
struct IndexStructure {
    struct Level: Equatable {
        var merging: Int64
        var segments: Int64
    }

    private(set) var levels: [Level] = []

    /// `nil` for a record of another form than that of SQLite 3.40.
    init?(_ record: [UInt8]) {
        var rest = record.dropFirst(4)
        guard let count = Self.varint(&rest), Self.varint(&rest) != nil, Self.varint(&rest) != nil,
            (0..<1000).contains(count)
        else { return nil }
        for _ in 0..<count {
            guard let merging = Self.varint(&rest), let segments = Self.varint(&rest),
                (0..<10_000).contains(segments)
            else { return nil }
            for _ in 0..<(3 * segments) { guard Self.varint(&rest) != nil else { return nil } }
            levels.append(Level(merging: merging, segments: segments))
        }
    }

    /// Whether the oldest segments are being merged: then what came before is not one segment yet.
    var isOldestMerging: Bool {
        guard let oldest = levels.lastIndex(where: { $0.segments > 0 }) else { return false }
        return levels[oldest].merging > 0 || (oldest > 0 && levels[oldest - 1].merging > 0)
    }

    /// SQLite's: seven bits a byte, the highest first; a ninth byte has eight.
    private static func varint(_ bytes: inout ArraySlice<UInt8>) -> Int64? {
        var value: UInt64 = 0
        for number in 1...9 {
            guard let byte = bytes.popFirst() else { return nil }
            if number == 9 { return Int64(bitPattern: value << 8 | UInt64(byte)) }
            value = value << 7 | UInt64(byte & 0x7F)
            if byte < 0x80 { break }
        }
        return Int64(bitPattern: value)
    }
}
