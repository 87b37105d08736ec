import NIOCore
import NIOHTTP1

/// The head of a WebSocket handshake in the form in which nearly every client sends it, read at a fraction of what the
/// general decoder costs.
///
/// It takes plain characters only; whatever leaves the least room for another reading (an obsolete line folding, a
/// body, white space at an odd place) it leaves to the decoder. What it takes the decoder would read alike.
enum HandshakeHead {
    enum Reading {
        /// The head, and how many bytes it took.
        case head(HTTPRequestHead, length: Int)
        /// A GET whose head goes on.
        case incomplete
        /// The decoder is to read it.
        case other
    }

    /// Bytes of a head that is looked at.
    private static let maximumLength = 8192

    static func parse(_ buffer: ByteBuffer, _ limits: SocketServerLimits) -> Reading {
        buffer.withUnsafeReadableBytes { bytes in
            let most = min(maximumLength, limits.maxHeaderFieldSize, limits.maxHeaderListSize)
            var scanner = Scanner(bytes: UnsafeRawBufferPointer(rebasing: bytes.prefix(most)))
            if let (head, fields) = scanner.head(fields: limits.maxHeaderFieldCount) {
                let headers = head.headers
                // The decoder may count more for a field than its bytes.
                guard scanner.position + fields * 32 <= most, WebSocketHandshake.isRequest(head),
                    !headers.contains(name: "content-length"), !headers.contains(name: "transfer-encoding"),
                    !headers.contains(name: "expect")
                else { return .other }
                return .head(head, length: scanner.position)
            }
            return bytes.count < most && scanner.isAtEnd ? .incomplete : .other
        }
    }

    private struct Scanner {
        let bytes: UnsafeRawBufferPointer
        var position = 0

        /// Whether it stopped for want of bytes, and not because of one.
        private(set) var isAtEnd = false

        init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

        /// A head with its empty line, and how many fields it has.
        mutating func head(fields limit: Int) -> (HTTPRequestHead, fields: Int)? {
            guard skip("GET "), let target = target(), skip(" HTTP/1.1\r\n") else { return nil }
            var fields: [(String, String)] = []
            fields.reserveCapacity(16)
            while !skip("\r\n") {
                guard !isAtEnd, fields.count + 1 < limit, let field = field() else { return nil }
                fields.append(field)
            }
            let headers = HTTPHeaders(fields)
            return (HTTPRequestHead(version: .http1_1, method: .GET, uri: target, headers: headers), fields.count)
        }

        private mutating func skip(_ text: StaticString) -> Bool {
            let count = text.utf8CodeUnitCount
            for offset in 0..<count {
                guard position + offset < bytes.count else {
                    isAtEnd = true
                    return false
                }
                if bytes[position + offset] != text.utf8Start[offset] { return false }
            }
            position += count
            return true
        }

        private mutating func pass(_ belongs: (UInt8) -> Bool) {
            while position < bytes.count, belongs(bytes[position]) { position += 1 }
            if position == bytes.count { isAtEnd = true }
        }

        /// A path with its query, up to the blank after it.
        private mutating func target() -> String? {
            let start = position
            pass { HandshakeHead.isTarget[Int($0)] }
            guard position > start, bytes[start] == UInt8(ascii: "/") else { return nil }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }

        /// `name: value`, and the end of the line.
        private mutating func field() -> (String, String)? {
            let start = position
            pass { HandshakeHead.isName[Int($0)] }
            let end = position
            guard end > start, skip(":") else { return nil }
            pass { $0 == UInt8(ascii: " ") }
            let valueStart = position
            pass { (0x20..<0x7F).contains($0) }
            let valueEnd = position
            guard valueEnd > valueStart, bytes[valueEnd - 1] != UInt8(ascii: " "), skip("\r\n") else { return nil }
            return (
                String(decoding: bytes[start..<end], as: UTF8.self),
                String(decoding: bytes[valueStart..<valueEnd], as: UTF8.self)
            )
        }
    }

    /// Letters, digits, and what else stands in targets that need no second look.
    private static let isTarget = table("-._~!$&'()*+,;=:@/?%")
    /// RFC 9110 section 5.6.2, `token`.
    private static let isName = table("!#$%&'*+-.^_`|~")

    private static func table(_ others: String) -> [Bool] {
        (0..<256).map { byte in
            guard let byte = UInt8(exactly: byte) else { return false }
            let character = Character(Unicode.Scalar(byte))
            return character.isASCII && (character.isLetter || character.isNumber || others.contains(character))
        }
    }
}
