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
    /// All that was sent uncounted has left for the kernel (or polls took it): the moment to send the next part of
    /// something long. Called in a later turn of the loop than whatever brought it about.
    func sessionDidDrain(_ session: EngineSession)
    /// ``EngineSession/outlet`` is another: the session was upgraded to a WebSocket.
    func sessionDidChangeOutlet(_ session: EngineSession)
    /// The session's account was full, and a quarter of it is free again.
    func sessionHasRoom(_ session: EngineSession)
    /// What waits for the client is about to be dropped, and the session to end: what is returned is said in its place.
    func lastWords(of session: EngineSession, for reason: EngineCloseReason) -> EngineFrames?
    /// The session is over. Called exactly once, last.
    func session(_ session: EngineSession, didCloseWith reason: EngineCloseReason)
}

extension EngineSessionHandler {
    public func sessionDidReceiveBurst(_ session: EngineSession) {}
    public func sessionDidDrain(_ session: EngineSession) {}
    public func sessionHasRoom(_ session: EngineSession) {}
    public func lastWords(of session: EngineSession, for reason: EngineCloseReason) -> EngineFrames? { nil }
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
    /// The client does not keep up: ``EngineConfiguration/maxSendQueue`` was passed, or it took nothing for
    /// ``EngineConfiguration/stallTimeout``, or ``EngineConfiguration/memory`` ran out and it kept the most of it.
    case tooSlow = "too slow"
    case serverShutdown = "server shutting down"
}
