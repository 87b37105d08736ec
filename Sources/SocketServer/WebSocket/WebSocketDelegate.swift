public import NIOCore

/// What uses a ``WebSocketConnection``. Called on its event loop.
public protocol WebSocketDelegate: AnyObject {
    /// A text message, valid UTF-8.
    func webSocket(_ socket: WebSocketConnection, didReceiveText text: ByteBuffer)
    func webSocket(_ socket: WebSocketConnection, didReceiveBinary bytes: ByteBuffer)
    /// All messages that one read brought were delivered.
    func webSocketDidReceiveBurst(_ socket: WebSocketConnection)
    /// All that was written as not counted has left for the kernel. Called in a later turn of the loop than the flush.
    func webSocketDidDrain(_ socket: WebSocketConnection)
    /// The connection takes no more messages and delivers none. Called exactly once, last.
    func webSocket(_ socket: WebSocketConnection, didCloseWith reason: WebSocketCloseReason)
}

extension WebSocketDelegate {
    public func webSocketDidDrain(_ socket: WebSocketConnection) {}
}

/// The bounds of one WebSocket.
public struct WebSocketConfiguration: Sendable {
    /// The longest message taken, in bytes; a longer one closes with 1009.
    public var maximumMessageSize: Int

    public init(maximumMessageSize: Int) {
        self.maximumMessageSize = max(0, maximumMessageSize)
    }
}

/// How a WebSocket ended.
public enum WebSocketCloseReason: Sendable, Equatable {
    /// The peer sent a close frame.
    case peer(WebSocketCloseCode?)
    /// The peer broke the protocol; it was told the code.
    case violation(WebSocketViolation)
    /// The connection broke.
    case disconnected
    /// ``WebSocketConnection/close(_:)`` or ``WebSocketConnection/abort()`` was called.
    case local
}
