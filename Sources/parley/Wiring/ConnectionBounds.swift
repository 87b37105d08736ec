import EngineIO
import SocketServer
import Synchronization

/// Refuses handshakes when the appliance is full. CONTRACT section 3, "Overload".
///
/// Whom no token vouches for is bounded apart, from the accept on, by the server's `ConnectionRegistry`; here is the
/// bound of all sessions, at which one that shows no token gives way first.
final class ConnectionBounds: Sendable {
    private struct Watched: Sendable {
        var engine: EngineServer
        var registry: ConnectionRegistry
    }

    /// Seconds after which a refused client may try again.
    private static let retryAfter = 5

    private let limit: Int
    private let watched = Mutex<Watched?>(nil)

    init(limit: Int) { self.limit = limit }

    /// What is counted; made after the configuration that holds these bounds.
    func watch(_ engine: EngineServer, _ registry: ConnectionRegistry) {
        watched.withLock { $0 = Watched(engine: engine, registry: registry) }
    }

    func admission(of handshake: EngineHandshake) -> EngineAdmission {
        guard let watched = watched.withLock({ $0 }), watched.engine.sessionCount >= limit else { return .accept }
        return watched.registry.endStrangersSession(for: AddressKey(handshake.remoteAddress)) ? .accept : Self.full
    }

    private static let full = EngineAdmission.refuse(
        EngineRefusal(code: "unavailable", message: "The server is full; try again.", retryAfter: retryAfter))
}
