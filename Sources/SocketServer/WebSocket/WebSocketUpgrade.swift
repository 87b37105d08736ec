import NIOCore

/// All that a WebSocket needs to begin, on whichever loop that is.
struct WebSocketUpgrade: Sendable {
    /// The 101 response.
    let response: ByteBuffer
    let configuration: WebSocketConfiguration
    /// Gets the WebSocket on its loop.
    let attach: @Sendable (WebSocketConnection) -> Void
}
