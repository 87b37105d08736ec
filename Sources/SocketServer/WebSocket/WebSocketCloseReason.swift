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
