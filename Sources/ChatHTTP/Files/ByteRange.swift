import ByteText

/// What a `Range` header asks of a file (RFC 9110 section 14): one range; several are answered with the whole, as the
/// RFC allows.
enum ByteRange: Equatable {
    /// No range, none that is understood, or several.
    case whole
    case part(Range<Int64>)
    /// Outside of the file: 416.
    case unsatisfiable

    init(_ header: ByteString?, size: Int64) {
        self = .whole
        guard let header, header.startsIgnoringCase(with: "bytes=") else { return }
        let bounds = header.dropFirst(6).split(separator: "-", maxSplits: 1).map(\.asciiTrimmed)
        guard bounds.count == 2, bounds.allSatisfy({ $0.utf8.allSatisfy(Self.isDigit) }) else { return }
        switch (bounds[0].isEmpty, bounds[1].isEmpty) {
        case (true, true):
            return
        case (true, false):
            // The last so many bytes.
            let count = min(Self.number(bounds[1]), size)
            self = count > 0 ? .part((size - count)..<size) : .unsatisfiable
        case (false, true):
            let first = Self.number(bounds[0])
            self = first < size ? .part(first..<size) : .unsatisfiable
        case (false, false):
            let (first, last) = (Self.number(bounds[0]), Self.number(bounds[1]))
            guard first <= last else { return }
            self = first < size ? .part(first..<(min(last, size - 1) + 1)) : .unsatisfiable
        }
    }

    /// A number past all bounds is the greatest there is.
    private static func number(_ digits: ByteString) -> Int64 { Int64(digits.string) ?? .max }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
