import NIOCore
import SocketIO
import SocketServer

/// From a masked WebSocket frame to a Socket.IO event with its arguments.
enum DecodeStep {
    struct NotDecoded: Error {}

    static func run(_ count: Int) throws {
        let bytes = Input.frame(Input.send(7))
        var frames = WebSocketDecoder(maximumMessageSize: 1_000_000)
        var packets = PacketDecoder()
        for _ in 0..<count {
            var read = ByteBuffer(bytes: bytes)
            frames.unmaskWholeFrames(in: &read)
            guard case .text(var text)? = try frames.next(from: &read) else { throw NotDecoded() }
            // The Engine.IO type; the session looks at it.
            text.moveReaderIndex(forwardBy: 1)
            guard case .event("message:send", _)? = try packets.receive(text: text)?.kind else { throw NotDecoded() }
        }
    }
}
