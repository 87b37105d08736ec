public import NIOCore

/// What stands above an Engine.IO session: Socket.IO, or an echo. Bound to the session's event loop, on which all of
/// these are called.
public protocol EngineSessionHandler: AnyObject {
    /// A `message` packet with text, without the packet type.
    func session(_ session: EngineSession, didReceiveText text: ByteBuffer)
    /// A `message` packet with bytes.
    func session(_ session: EngineSession, didReceiveBinary bytes: ByteBuffer)
    /// All packets that arrived together were delivered: the moment to act on them at once.
    func sessionDidReceiveBurst(_ session: EngineSession)
    /// What was sent has left for the kernel (or a poll took it): the moment to send the next part of something long.
    func sessionDidDrain(_ session: EngineSession)
    /// ``EngineSession/outlet`` is another: the session was upgraded to a WebSocket.
    func sessionDidChangeOutlet(_ session: EngineSession)
    /// The session is over. Called exactly once, last.
    func session(_ session: EngineSession, didCloseWith reason: EngineCloseReason)
}

extension EngineSessionHandler {
    public func sessionDidReceiveBurst(_ session: EngineSession) {}
    public func sessionDidDrain(_ session: EngineSession) {}
    public func sessionDidChangeOutlet(_ session: EngineSession) {}
}

/// Why a session ended; the raw values are those of Socket.IO's server, as its `disconnect` event gives them.
public enum EngineCloseReason: String, Sendable {
    case transportClose = "transport close"
    case transportError = "transport error"
    case pingTimeout = "ping timeout"
    case parseError = "parse error"
    /// Closed by this side.
    case forcedClose = "forced close"
    /// ``EngineConfiguration/maxSendQueue`` was passed: the client does not keep up.
    case tooSlow = "too slow"
    case serverShutdown = "server shutting down"
}
