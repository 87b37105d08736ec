/// The bounds of one WebSocket.
public struct WebSocketConfiguration: Sendable {
    /// The longest message taken, in bytes; a longer one closes with 1009.
    public var maximumMessageSize: Int
    /// How many unsent bytes make ``WebSocketConnection/isWritable`` false.
    public var highWatermark: Int

    public init(maximumMessageSize: Int, highWatermark: Int = 1_000_000) {
        self.maximumMessageSize = max(0, maximumMessageSize)
        self.highWatermark = max(2, highWatermark)
    }
}
