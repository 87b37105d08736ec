import ByteText
import Crypto
import NIOCore
import NIOHTTP1

/// The opening handshake (RFC 6455 section 4.2), as pure functions of the request.
enum WebSocketHandshake {
    enum Answer: Equatable {
        /// The value of `Sec-WebSocket-Accept`.
        case accept(String)
        case refuse(HTTPResponseStatus, HTTPHeaders)
    }

    static func isRequest(_ head: HTTPRequestHead) -> Bool {
        head.method == .GET && head.stopsDecoder
            && head.headers.lists("websocket", in: "upgrade")
    }

    static func answer(to head: HTTPRequestHead) -> Answer {
        guard isRequest(head), head.speaksHTTP11, !head.announcesBody else { return .refuse(.badRequest, [:]) }
        guard head.headers["sec-websocket-version"].map({ ByteString($0) }) == ["13"] else {
            return .refuse(.upgradeRequired, ["Sec-WebSocket-Version": "13", "Upgrade": "websocket"])
        }
        let keys = head.headers["sec-websocket-key"]
        guard keys.count == 1, let key = keys.first,
            Base64.standard.decode(key.utf8)?.count == 16
        else { return .refuse(.badRequest, [:]) }
        return .accept(accept(for: key))
    }

    /// SHA-1 protects nothing here: it shows that the answer was made for this handshake.
    static func accept(for key: String) -> String {
        var hash = Insecure.SHA1()
        var text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        return hash.finalize().withUnsafeBytes { Base64.standard.encode($0) }
    }

    /// The bytes of the 101 response.
    static func response(accept: String, headers: HTTPHeaders) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
        buffer.writeString("Sec-WebSocket-Accept: \(accept)\r\n")
        for (name, value) in headers { buffer.writeString("\(name): \(value)\r\n") }
        buffer.writeString("\r\n")
        return buffer
    }
}

/// All that a WebSocket needs to begin, on whichever loop that is.
struct WebSocketUpgrade: Sendable {
    /// The 101 response.
    let response: ByteBuffer
    let configuration: WebSocketConfiguration
    /// Gets the WebSocket on its loop.
    let attach: @Sendable (WebSocketConnection) -> Void
}
