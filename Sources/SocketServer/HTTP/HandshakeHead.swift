import NIOCore
import NIOHTTP1

/// The head of a WebSocket handshake in the form in which nearly every client sends it, read at a fraction of what the
/// general decoder costs.
///
/// It takes the whole head in one piece and plain characters only; whatever leaves the least room for another reading
/// (an obsolete line folding, a body, white space at an odd place) it leaves to the decoder. What it takes the decoder
/// would read alike.
enum HandshakeHead {
    /// Bytes of a head that is looked at.
    private static let maximumLength = 8192

    /// - Returns: the head and how many bytes it took; `nil` when the decoder is to read it.
    static func parse(_ buffer: ByteBuffer, _ limits: SocketServerLimits) -> (head: HTTPRequestHead, length: Int)? {
        buffer.withUnsafeReadableBytes { bytes in
            let most = min(maximumLength, limits.maxHeaderFieldSize, limits.maxHeaderListSize)
            var scanner = Scanner(bytes: UnsafeRawBufferPointer(rebasing: bytes.prefix(most)))
            guard scanner.skip("GET "), let target = scanner.target(), scanner.skip(" HTTP/1.1\r\n") else { return nil }
            var fields: [(String, String)] = []
            fields.reserveCapacity(16)
            while !scanner.skip("\r\n") {
                guard fields.count + 1 < limits.maxHeaderFieldCount, let field = scanner.field() else { return nil }
                fields.append(field)
            }
            // The decoder may count more for a field than its bytes.
            guard scanner.position + fields.count * 32 <= most else { return nil }
            let head = HTTPRequestHead(
                version: .http1_1, method: .GET, uri: target, headers: HTTPHeaders(fields))
            let headers = head.headers
            guard WebSocketHandshake.isRequest(head), !headers.contains(name: "content-length"),
                !headers.contains(name: "transfer-encoding"), !headers.contains(name: "expect")
            else { return nil }
            return (head, scanner.position)
        }
    }

    private struct Scanner {
        let bytes: UnsafeRawBufferPointer
        var position = 0

        mutating func skip(_ text: StaticString) -> Bool {
            let count = text.utf8CodeUnitCount
            guard position + count <= bytes.count else { return false }
            for offset in 0..<count where bytes[position + offset] != text.utf8Start[offset] { return false }
            position += count
            return true
        }

        /// A path with its query, up to the blank after it.
        mutating func target() -> String? {
            let start = position
            while position < bytes.count, HandshakeHead.isTarget[Int(bytes[position])] { position += 1 }
            guard position > start, bytes[start] == UInt8(ascii: "/") else { return nil }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }

        /// `name: value`, and the end of the line.
        mutating func field() -> (String, String)? {
            let start = position
            while position < bytes.count, HandshakeHead.isName[Int(bytes[position])] { position += 1 }
            let end = position
            guard end > start, skip(":") else { return nil }
            while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
            let valueStart = position
            while position < bytes.count, (0x20..<0x7F).contains(bytes[position]) { position += 1 }
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
