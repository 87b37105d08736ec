import SocketServer

/// The shortest way from frames to a session's client, for those who send the same to many sessions: it leads past the
/// session straight to its WebSocket. Bound to the session's loop. There is one while the transport is a WebSocket of
/// that loop; ``EngineSessionHandler/sessionDidChangeOutlet(_:)`` tells when it comes.
public struct EngineOutlet {
    private let socket: WebSocketConnection

    init(_ socket: WebSocketConnection) { self.socket = socket }

    /// - Parameter frames: as ``EngineFrames/bytes`` has them; nothing of the session's is unsent before them, or none
    ///   is sent.
    /// - Returns: after `queued`, ``EngineSession/flush()`` is to see whether it is too much; after `notSent` they have
    ///   to go by ``EngineSession/send(_:)`` and ``EngineSession/flush()``.
    public func send(_ frames: UnsafeRawBufferPointer) -> WebSocketConnection.DirectSend { socket.sendAtOnce(frames) }
}

@available(*, unavailable)
extension EngineOutlet: Sendable {}
