/// The first bytes of a file, read as the header of each of the formats that are told by their bytes.
///
/// Every read is checked against what is there: a read past it is "not known yet", never a trap.
struct FileHeader {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var count: Int { bytes.count }

    var verdict: FileVerdict {
        let verdicts = [png, gif, webP, jpeg, boxes, ogg, webM, wave, mp3]
        if let known = verdicts.first(where: { $0 != .unknown && $0 != .undecided }) { return known }
        return verdicts.contains(.undecided) ? .undecided : .unknown
    }

    /// Whether the bytes at `offset` are `text`; `nil`: they have not all come, and those that have are.
    func has(_ text: String, at offset: Int) -> Bool? { has(Array(text.utf8), at: offset) }

    func has(_ wanted: [UInt8], at offset: Int) -> Bool? {
        guard offset <= count else { return nil }
        for (index, byte) in wanted.enumerated() {
            guard let present = self[offset + index] else { return nil }
            if present != byte { return false }
        }
        return true
    }

    subscript(_ offset: Int) -> UInt8? { bytes.indices.contains(offset) ? bytes[offset] : nil }

    /// A number of up to 8 bytes, the most significant first; `nil` when it has not come or does not fit.
    func big(_ offset: Int, _ length: Int) -> Int? {
        guard offset <= count else { return nil }
        var value: UInt64 = 0
        for index in 0..<length {
            guard let byte = self[offset + index] else { return nil }
            value = value << 8 | UInt64(byte)
        }
        return Int(exactly: value)
    }

    /// The same, the least significant byte first.
    func little(_ offset: Int, _ length: Int) -> Int? {
        guard offset <= count else { return nil }
        var value: UInt64 = 0
        for index in (0..<length).reversed() {
            guard let byte = self[offset + index] else { return nil }
            value = value << 8 | UInt64(byte)
        }
        return Int(exactly: value)
    }
}
