import ChatCore
import Foundation
import NIOCore

/// The lines of a file or of standard input, one after the other; memory is bounded by the longest line.
struct LineReader {
    private static let chunk = 1 << 18

    private let input: FileHandle
    private let longest: Int
    private var buffer = ByteBuffer()
    /// Bytes at the front of the buffer that are known to hold no line's end.
    private var searched = 0
    private var isAtEnd = false
    /// Bytes of the input that were read.
    private(set) var bytes: Int64 = 0

    init(_ input: FileHandle, longest: Int) {
        self.input = input
        self.longest = longest
    }

    /// The next line, without its end; `nil` after the last one, which needs no end.
    ///
    /// - Throws: ``ArchiveError`` `too_long`; the error of the file.
    mutating func next() throws -> ByteBuffer? {
        while true {
            let view = buffer.readableBytesView
            if let end = view[(view.startIndex + searched)...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer.readSlice(length: end - view.startIndex)
                buffer.moveReaderIndex(forwardBy: 1)
                searched = 0
                return line
            }
            searched = buffer.readableBytes
            guard searched <= longest else {
                throw ArchiveError(.tooLong, "A line has at most \(longest) bytes.")
            }
            if isAtEnd {
                defer { searched = 0 }
                return searched == 0 ? nil : buffer.readSlice(length: searched)
            }
            if let data = try input.read(upToCount: Self.chunk), !data.isEmpty {
                bytes += Int64(data.count)
                buffer.discardReadBytes()
                buffer.writeBytes(data)
            } else {
                isAtEnd = true
            }
        }
    }
}
