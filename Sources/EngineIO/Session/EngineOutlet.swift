import SocketServer

/// The shortest way from frames to a session's client, for those who send the same to many sessions: it leads past the
/// session straight to its WebSocket. Bound to the session's loop. There is one while the transport is a WebSocket of
/// that loop; ``EngineSessionHandler/sessionDidChangeOutlet(_:)`` tells when it comes.
public struct EngineOutlet {
    private let socket: WebSocketConnection

    init(_ socket: WebSocketConnection) { self.socket = socket }

    /// What became of frames.
    public enum Outcome: Sendable {
        /// The kernel has them.
        case sent
        /// The kernel has some, the rest waits: ``EngineSession/flush()`` is to see whether it is too much.
        case queued
        /// None was sent: they have to go by ``EngineSession/send(_:)`` and ``EngineSession/flush()``.
        case notSent
    }

    /// - Parameter frames: as ``EngineFrames/bytes`` has them; nothing of the session's is unsent before them, or none
    ///   is sent.
    public func send(_ frames: UnsafeRawBufferPointer) -> Outcome {
        switch socket.sendAtOnce(frames) {
        case .sent: .sent
        case .queued: .queued
        case .notSent: .notSent
        }
    }
}

@available(*, unavailable)
extension EngineOutlet: Sendable {}
