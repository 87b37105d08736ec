public import NIOCore

/// What a peer's frames say, messages put together.
public enum WebSocketEvent: Sendable, Equatable {
    /// A text message; its bytes are valid UTF-8.
    case text(ByteBuffer)
    case binary(ByteBuffer)
    case ping(ByteBuffer)
    case pong(ByteBuffer)
    /// A close frame; without a code when its payload was empty.
    case close(WebSocketCloseCode?)
}
