extension String {
    /// Whether all of it is U+0000–U+007F: eight bytes a step, since every text that is kept is asked.
    public var isASCII: Bool {
        var text = self
        return text.withUTF8 { bytes in
            let raw = UnsafeRawBufferPointer(bytes)
            let whole = raw.count & ~7
            var high: UInt64 = 0
            for place in stride(from: 0, to: whole, by: 8) {
                high |= raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            }
            for place in whole..<raw.count { high |= UInt64(raw[place]) }
            return high & 0x8080_8080_8080_8080 == 0
        }
    }
}
