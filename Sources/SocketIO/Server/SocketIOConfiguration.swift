import EngineIO

/// What a Socket.IO server can be told.
public struct SocketIOConfiguration: Sendable {
    /// The transports' part: path, heartbeat, sizes.
    public var engine: EngineConfiguration
    /// How long a client may take to enter its first namespace; then the connection is closed. 15 s: what Parley's
    /// contract gives (Socket.IO: 45 s).
    public var connectTimeout: Duration

    public init(engine: EngineConfiguration = EngineConfiguration(), connectTimeout: Duration = .seconds(15)) {
        self.engine = engine
        self.connectTimeout = connectTimeout
    }
}
