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
    mutating func pass(_ bytes: ByteBufferView) -> Int {
        var count = 0
        for byte in bytes {
            count += 1
            if step(byte) == .headEnd { break }
        }
        return count
    }

    /// Passes over a head, or a part of one.
    ///
    /// - Returns: the same, with what is no ASCII in the target percent-encoded.
    mutating func encode(_ head: ByteBuffer) -> ByteBuffer {
        var result = ByteBuffer()
        result.reserveCapacity(head.readableBytes + 64)
        for byte in head.readableBytesView {
            if step(byte) == .inTarget, byte >= 0x80 {
                result.writeInteger(UInt8(ascii: "%"))
                result.writeInteger(Self.digit(byte >> 4))
                result.writeInteger(Self.digit(byte & 15))
            } else {
                result.writeInteger(byte)
            }
        }
        return result
    }

    private enum Step {
        case inTarget, headEnd, other
    }

    private mutating func step(_ byte: UInt8) -> Step {
        let isLineEnd = byte == UInt8(ascii: "\n")
        switch place {
        case .start:
            if !isLineEnd, byte != UInt8(ascii: "\r") { place = .method }
        case .method:
            if byte == UInt8(ascii: " ") { place = .target } else if isLineEnd { place = .fieldStart }
        case .target:
            if isLineEnd { place = .fieldStart } else if byte == UInt8(ascii: " ") { place = .rest }
            return .inTarget
        case .rest, .field:
            if isLineEnd { place = .fieldStart }
        case .fieldStart:
            guard !isLineEnd else {
                place = .start
                return .headEnd
            }
            if byte != UInt8(ascii: "\r") { place = .field }
        }
        return .other
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
