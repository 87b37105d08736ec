/// What protocols ask of text: parts, blanks and cases of ASCII.
extension ByteString {
    public func starts(with prefix: ByteString) -> Bool {
        count >= prefix.count
            && withBytes { bytes in
                prefix.withBytes { Bytes.areEqual(UnsafeRawBufferPointer(rebasing: bytes[..<$0.count]), $0) }
            }
    }

    /// Whether one of its bytes is this one.
    public func contains(_ byte: UInt8) -> Bool { withBytes { Bytes.contain(byte, in: $0) } }

    /// As ``starts(with:)``, where A to Z are as good as a to z (`Bearer`, `http://`).
    public func startsIgnoringCase(with prefix: ByteString) -> Bool {
        count >= prefix.count && zip(utf8, prefix.utf8).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
    }

    /// Equal where A to Z are as good as a to z: names of headers, schemes, media types.
    public func equalsIgnoringCase(_ other: ByteString) -> Bool {
        count == other.count && startsIgnoringCase(with: other)
    }

    /// A to Z made small; every other byte stays.
    public var asciiLowercased: ByteString {
        guard utf8.contains(where: { $0.asciiLowercased != $0 }) else { return self }
        return ByteString(decoding: utf8.lazy.map(\.asciiLowercased))
    }

    /// Without blanks, tabs and ends of lines around it.
    public var asciiTrimmed: ByteString {
        let bytes = utf8
        guard let first = bytes.firstIndex(where: { !$0.isASCIISpace }) else { return "" }
        guard let last = bytes.lastIndex(where: { !$0.isASCIISpace }) else { return "" }
        if first == bytes.startIndex, bytes.index(after: last) == bytes.endIndex { return self }
        return ByteString(decoding: bytes[first...last])
    }

    /// Without the first bytes, which are ASCII.
    public func dropFirst(_ count: Int) -> ByteString { ByteString(decoding: utf8.dropFirst(count)) }

    /// The parts between separators of ASCII, empty ones too.
    public func split(
        separator: Unicode.Scalar, maxSplits: Int = .max, omittingEmpty: Bool = false
    ) -> [ByteString] {
        utf8.split(
            separator: UInt8(ascii: separator), maxSplits: maxSplits, omittingEmptySubsequences: omittingEmpty
        ).map { ByteString(decoding: $0) }
    }
}

extension UInt8 {
    /// A to Z made small.
    @inline(__always)
    public var asciiLowercased: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }

    /// A blank, a tab, or an end of a line.
    public var isASCIISpace: Bool {
        switch self {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): true
        default: false
        }
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit.
    public var hexadecimalDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The hexadecimal digits of the byte, the higher first.
    public func hexadecimalDigits(uppercase: Bool) -> (UInt8, UInt8) {
        func digit(_ value: UInt8) -> UInt8 {
            value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: uppercase ? "A" : "a") + value - 10
        }
        return (digit(self >> 4), digit(self & 15))
    }
}
