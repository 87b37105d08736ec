/// The bounds of one WebSocket.
public struct WebSocketConfiguration: Sendable {
    /// The longest message taken, in bytes; a longer one closes with 1009.
    public var maximumMessageSize: Int

    public init(maximumMessageSize: Int) {
        self.maximumMessageSize = max(0, maximumMessageSize)
    }
}
