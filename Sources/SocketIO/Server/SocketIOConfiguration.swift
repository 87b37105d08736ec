import EngineIO
public import Logging

/// What a Socket.IO server can be told.
public struct SocketIOConfiguration: Sendable {
    /// The transports' part: path, heartbeat, sizes.
    public var engine: EngineConfiguration
    /// How long a client may take to enter its first namespace; then the connection is closed. 15 s: what Parley's
    /// contract gives (Socket.IO: 45 s).
    public var connectTimeout: Duration
    /// Bytes of the auth payload of a client that is in no namespace yet. 16 KiB holds a long token.
    public var maxConnectPacket = 16 << 10
    /// Bytes of all that is kept for such a client.
    public var memoryBeforeConnect = 64 << 10
    /// Namespaces that one client may be in at a time. Default 64.
    public var maxNamespacesPerClient = 64
    /// Dynamic namespaces (``ParentNamespace``) at a time; a client that asks for one more is refused. Default 10,000.
    public var maxDynamicNamespaces = 10_000
    /// What clients get back that were cut off; `nil`, the default, is nothing.
    public var connectionStateRecovery: ConnectionStateRecovery?
    /// Hears, below `info`, of handlers that failed.
    public var logger = Logger(label: "socketio")

    public init(engine: EngineConfiguration = EngineConfiguration(), connectTimeout: Duration = .seconds(15)) {
        self.engine = engine
        self.connectTimeout = connectTimeout
    }

    /// The transports' part, with what a client may send before it is in a namespace.
    var wholeEngine: EngineConfiguration {
        var engine = engine
        // Beside the payload stand the packet's type and the namespace's name.
        let packet = min(engine.maxPayload, maxConnectPacket + 256)
        engine.beforeTrust = engine.beforeTrust ?? (packet, memoryBeforeConnect)
        return engine
    }
}
