import ChatGateway
import EngineIO
import Synchronization

/// Refuses handshakes when the appliance is full. CONTRACT section 3, "Overload".
///
/// Two bounds: all sessions, and, apart, those that have not shown a valid token yet, so that strangers cannot take the
/// places of users.
final class ConnectionBounds: Sendable {
    private struct Watched: Sendable {
        var engine: EngineServer
        var gateway: ChatGateway
    }

    /// Seconds after which a refused client may try again.
    private static let retryAfter = 5

    private let limit: Int
    /// A tenth of the limit, and never so few that a handful of clients coming at once would be refused.
    private let pendingLimit: Int
    private let watched = Mutex<Watched?>(nil)

    init(limit: Int) {
        self.limit = limit
        pendingLimit = max(20, limit / 10)
    }

    /// What is counted; made after the configuration that holds these bounds.
    func watch(_ engine: EngineServer, _ gateway: ChatGateway) {
        watched.withLock { $0 = Watched(engine: engine, gateway: gateway) }
    }

    func admission() -> EngineAdmission {
        guard let watched = watched.withLock({ $0 }) else { return .accept }
        let sessions = watched.engine.sessionCount
        let isFull = sessions >= limit || sessions - watched.gateway.connectionCount >= pendingLimit
        guard isFull else { return .accept }
        return .refuse(
            EngineRefusal(code: "unavailable", message: "The server is full; try again.", retryAfter: Self.retryAfter))
    }
}
