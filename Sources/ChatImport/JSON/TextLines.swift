import ChatCore
import NIOCore

/// The lines of a text, one after the other; memory is bounded by the longest.
struct TextLines {
    static let longest = 16 << 20

    private let bytes: any ForeignBytes
    private var chunk: [UInt8] = []
    private var position = 0
    private var isAtEnd = false
    /// Of the line that was given last, from 1.
    private(set) var number: Int64 = 0

    init(_ bytes: any ForeignBytes) { self.bytes = bytes }

    /// The next line without its end; `nil` at the end of the text.
    ///
    /// - Returns: for a line that is too long an empty buffer and `true`.
    mutating func next() throws(ArchiveError) -> (text: ByteBuffer, isTooLong: Bool)? {
        var line = ByteBuffer()
        var isTooLong = false
        var isThere = false
        while true {
            let rest = chunk[position...]
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            let part = rest[..<(end ?? rest.endIndex)]
            isThere = isThere || !part.isEmpty || end != nil
            if line.readableBytes + part.count > Self.longest { isTooLong = true }
            if isTooLong { line.clear() } else { line.writeBytes(part) }
            if let end {
                position = end + 1
                number += 1
                return (line, isTooLong)
            }
            guard !isAtEnd, let next = try bytes.next() else {
                isAtEnd = true
                (chunk, position) = ([], 0)
                guard isThere else { return nil }
                number += 1
                return (line, isTooLong)
            }
            (chunk, position) = (next, 0)
        }
    }
}
