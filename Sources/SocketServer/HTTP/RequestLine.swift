import ByteText
import NIOCore

/// Where in a head the next byte stands, as far as one must know to find the target and the end (RFC 9112 sections 2.1
/// and 3). Only what is no ASCII in a target is ever changed: a wrong guess about anything else changes nothing.
struct RequestLine: Equatable {
    private enum Place {
        /// Before the method: an empty line may be there.
        case start
        case method
        case target
        /// Behind the target, up to the end of the line.
        case rest
        /// At the beginning of a line of the head.
        case fieldStart
        case field
    }

    private var place = Place.start

    /// Somewhere in a head, and not in its target.
    static var unknown: RequestLine {
        var line = RequestLine()
        line.place = .field
        return line
    }

    /// Passes over bytes, up to the end of the head and no further.
    ///
    /// - Returns: how many those were.
    mutating func pass(_ bytes: UnsafeRawBufferPointer) -> Int { walk(bytes, from: 0) { _ in } }

    /// Passes over a head, or a part of one.
    ///
    /// - Returns: the same, with what is no ASCII in the target percent-encoded.
    mutating func encode(_ head: ByteBuffer) -> ByteBuffer {
        head.withUnsafeReadableBytes { bytes in
            var result = ByteBuffer()
            result.reserveCapacity(bytes.count + 64)
            var (place, copied) = (0, 0)
            while place < bytes.count {
                place = walk(bytes, from: place) { target in
                    result.writeBytes(bytes[copied..<target.lowerBound])
                    result.writeBytes(Self.encoded(UnsafeRawBufferPointer(rebasing: bytes[target])))
                    copied = target.upperBound
                }
            }
            result.writeBytes(bytes[copied...])
            return result
        }
    }

    private static func encoded(_ target: UnsafeRawBufferPointer) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(target.count * 3)
        for byte in target {
            guard byte >= 0x80 else {
                result.append(byte)
                continue
            }
            let (high, low) = byte.hexadecimalDigits(uppercase: true)
            result.append(UInt8(ascii: "%"))
            result.append(high)
            result.append(low)
        }
        return result
    }

    /// Goes on in a head, a line at a time where nothing but its end matters.
    ///
    /// - Parameter target: hears which bytes are of the target.
    /// - Returns: how far it went: behind the end of the head, or of the bytes.
    private mutating func walk(
        _ bytes: UnsafeRawBufferPointer, from start: Int, target: (Range<Int>) -> Void
    ) -> Int {
        let lineEnd = UInt8(ascii: "\n")
        var index = start
        while index < bytes.count {
            switch place {
            case .target:
                let first = index
                while index < bytes.count, bytes[index] != lineEnd, bytes[index] != UInt8(ascii: " ") { index += 1 }
                target(first..<index)
                guard index < bytes.count else { return index }
                place = bytes[index] == lineEnd ? .fieldStart : .rest
            case .rest, .field:
                guard let end = Bytes.firstPlace(of: lineEnd, in: bytes, from: index) else { return bytes.count }
                index = end
                place = .fieldStart
            case .start, .method, .fieldStart:
                if isHeadEnd(bytes[index]) { return index + 1 }
            }
            index += 1
        }
        return index
    }

    /// One byte, not of a target and not inside of a line.
    ///
    /// - Returns: whether the head ends with it.
    private mutating func isHeadEnd(_ byte: UInt8) -> Bool {
        let isLineEnd = byte == UInt8(ascii: "\n")
        switch place {
        case .start:
            if !isLineEnd, byte != UInt8(ascii: "\r") { place = .method }
        case .method:
            if byte == UInt8(ascii: " ") { place = .target } else if isLineEnd { place = .fieldStart }
        case .fieldStart:
            guard !isLineEnd else {
                place = .start
                return true
            }
            if byte != UInt8(ascii: "\r") { place = .field }
        case .target, .rest, .field: break
        }
        return false
    }
}
