/// The numbers of a zip's records: little endian, without a sign.
struct ZipFields {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var count: Int { bytes.count }

    func short(_ offset: Int) -> Int { Int(bytes[offset]) | Int(bytes[offset + 1]) << 8 }

    func long(_ offset: Int) -> UInt32 { UInt32(short(offset)) | UInt32(short(offset + 2)) << 16 }

    func quad(_ offset: Int) -> UInt64 { UInt64(long(offset)) | UInt64(long(offset + 4)) << 32 }

    /// Puts 64-bit numbers from an entry's extra fields (1: Zip64) in the place of those that did not fit 32 bits;
    /// what is no number becomes -1.
    ///
    /// - Parameter values: size, packed size, place of the head, as they stand in the directory.
    func widen(_ values: inout [Int64], in range: Range<Int>) {
        var offset = range.lowerBound
        while offset + 4 <= range.upperBound {
            let end = offset + 4 + short(offset + 2)
            guard end <= range.upperBound else { return }
            if short(offset) == 1 {
                var field = offset + 4
                for index in values.indices where values[index] == 0xFFFF_FFFF && field + 8 <= end {
                    values[index] = Int64(exactly: quad(field)) ?? -1
                    field += 8
                }
                return
            }
            offset = end
        }
    }
}
