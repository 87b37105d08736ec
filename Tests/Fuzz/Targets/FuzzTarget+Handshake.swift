import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import SocketServer

extension FuzzTarget {
    /// The head of a handshake: what the short way takes, NIO's decoder must read alike; the answer is one of two.
    static let handshake = FuzzTarget("handshake", longest: 1024) { bytes in
        let limits = SocketServerLimits()
        switch HandshakeHead.parse(bytes.buffer, limits) {
        case .incomplete, .other:
            break
        case .head(let head, let length):
            try require((1...bytes.count).contains(length), "a head of \(length) bytes")
            let alike = try decoded(UnsafeRawBufferPointer(rebasing: bytes[..<length]), limits)
            try require(
                alike?.method == head.method && alike?.uri == head.uri && alike?.version == head.version,
                "the decoder reads \(String(describing: alike)), we \(head)")
            try require(
                alike?.headers.elementsEqual(head.headers) { $0 == $1 } == true,
                "the decoder reads \(String(describing: alike?.headers)), we \(head.headers)")
            try require(WebSocketHandshake.isRequest(head), "no handshake was taken for one")
            if case .accept(let accept) = WebSocketHandshake.answer(to: head) {
                try require(accept.utf8.count == 28, "Sec-WebSocket-Accept: \(accept)")
            }
        }
    }

    private static func decoded(
        _ bytes: UnsafeRawBufferPointer, _ limits: SocketServerLimits
    ) throws -> HTTPRequestHead? {
        let channel = EmbeddedChannel(handler: HTTPCodec(limits).decoder)
        defer { _ = try? channel.finish() }
        do {
            try channel.writeInbound(bytes.buffer)
        } catch {
            return nil
        }
        guard case .head(let head)? = try channel.readInbound(as: HTTPServerRequestPart.self) else { return nil }
        return head
    }
}
