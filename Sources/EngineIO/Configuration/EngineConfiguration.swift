public import SocketServer

/// How an ``EngineServer`` behaves. What clients are told of it goes into the `open` packet (Engine.IO 4, "Handshake").
public struct EngineConfiguration: Sendable {
    /// The path that requests begin with, slashes at both ends.
    public var path = "/socket.io/"
    /// From a handshake or a pong to the next ping. Default 25 s, as the reference server.
    public var pingInterval: Duration = .milliseconds(25_000)
    /// From a ping to the end of a session that does not answer it. Default 20 s.
    public var pingTimeout: Duration = .milliseconds(20_000)
    /// How long a WebSocket may take from its handshake to the `upgrade` packet. Default 10 s.
    public var upgradeTimeout: Duration = .seconds(10)
    /// How long what was sent before a close waits for the poll that fetches it. Default 30 s.
    public var closeTimeout: Duration = .seconds(30)
    /// Bytes of one packet from a client, and of one POST. Default 1,000,000.
    public var maxPayload = 1_000_000
    /// Counted bytes that may wait for a client; past it the session ends as ``EngineCloseReason/tooSlow``. Default
    /// 1,000,000.
    public var maxSendQueue = 1_000_000
    /// Bytes of all that is kept for one client (``EngineSession/account``); at it the client is not read from. `nil`:
    /// twice ``maxPayload``.
    public var maxConnectionMemory: Int?
    /// What is kept for all clients together; the process's one, where it has several servers.
    public var memory = MemoryPool()
    /// While a peer takes none of what waits for it so long, it is not there any more: the session ends as
    /// ``EngineCloseReason/tooSlow``. Default 20 s.
    public var stallTimeout: Duration = .seconds(20)
    /// As long as nobody vouched for the client (``EngineSession/trust()``): bytes of one packet, and of all that is
    /// kept for it. `nil`: as afterwards.
    public var beforeTrust: (maxPayload: Int, memory: Int)?
    /// Which web pages may connect. Default: all, without credentials.
    public var cors = CORSPolicy.any
    /// Asked at each handshake, on the connection's event loop, before anything is made; nil accepts all.
    public var admission: (@Sendable (_ handshake: EngineHandshake) -> EngineAdmission)?

    public init() {}

    /// Bytes kept for one client, at most. Never less than one packet, and some, or none could ever be whole.
    public var connectionMemory: Int { max(maxConnectionMemory ?? 2 * maxPayload, maxPayload + maxPayload / 2) }
}
