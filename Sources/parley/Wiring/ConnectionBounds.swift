import EngineIO
import SocketIO
import Synchronization

/// Refuses handshakes when the appliance is full. CONTRACT section 3, "Overload".
///
/// Two bounds: all sessions, and, apart, those that have not shown a valid token yet, so that strangers cannot take the
/// places of users. The second holds for each address, too; there a handshake first waits for those before it, as many
/// clients that come at once from one address (a proxy, an office, a server that restarted) show their tokens in
/// moments, and strangers do not.
final class ConnectionBounds: Sendable {
    private struct Watched: Sendable {
        var engine: EngineServer
        var pending: PendingClients
    }

    /// Seconds after which a refused client may try again.
    private static let retryAfter = 5
    /// Sessions of one address without a valid token.
    private static let pendingPerAddress = 20
    private static let longestWait: Duration = .seconds(1)
    private static let look: Duration = .milliseconds(10)

    private let limit: Int
    /// A tenth of the limit, and never so few that a handful of clients coming at once would be refused.
    private let pendingLimit: Int
    private let watched = Mutex<Watched?>(nil)

    init(limit: Int) {
        self.limit = limit
        pendingLimit = max(20, limit / 10)
    }

    /// What is counted; made after the configuration that holds these bounds.
    func watch(_ io: SocketIOServer) {
        watched.withLock { $0 = Watched(engine: io.engine, pending: io.pendingClients) }
    }

    func admission(of handshake: EngineHandshake, waited: Duration) -> EngineAdmission {
        guard let watched = watched.withLock({ $0 }) else { return .accept }
        guard watched.engine.sessionCount < limit else { return Self.full }
        let isCrowded =
            watched.pending.count >= pendingLimit
            || watched.pending.count(from: handshake.remoteAddress) >= Self.pendingPerAddress
        guard isCrowded else { return .accept }
        return waited < Self.longestWait ? .wait(Self.look) : Self.full
    }

    private static let full = EngineAdmission.refuse(
        EngineRefusal(code: "unavailable", message: "The server is full; try again.", retryAfter: retryAfter))
}
