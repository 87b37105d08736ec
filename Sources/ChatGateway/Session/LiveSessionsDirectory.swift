import ChatCore
import NIOCore
import SocketIO
import Synchronization

/// Every session that is live, by user: what limits a user's connections, and what the operator sees.
final class LiveSessionsDirectory: Sendable {
    private struct Entry {
        let user: LiveUser
        /// In the order they came.
        var sessions: [ChatSession] = []
    }

    private let entries = Mutex<[UserID: Entry]>([:])
    private let messageRate: Int
    private let maxConnectionsPerUser: Int

    init(messageRate: Int, maxConnectionsPerUser: Int) {
        self.messageRate = messageRate
        self.maxConnectionsPerUser = maxConnectionsPerUser
    }

    /// What the connections of a user share; made for the first one.
    func user(_ id: UserID) -> LiveUser {
        entries.withLock { entries in
            if let entry = entries[id] { return entry.user }
            return LiveUser(id: id, messageRate: messageRate, now: ChatSession.now())
        }
    }

    /// - Returns: the session that is one too many, the user's oldest.
    func add(_ session: ChatSession) -> ChatSession? {
        entries.withLock { entries in
            var entry = entries[session.liveUser.id] ?? Entry(user: session.liveUser)
            entry.sessions.append(session)
            let surplus = entry.sessions.count > maxConnectionsPerUser ? entry.sessions.first : nil
            entries[session.liveUser.id] = entry
            return surplus
        }
    }

    func remove(_ session: ChatSession) {
        entries.withLock { entries in
            entries[session.liveUser.id]?.sessions.removeAll { $0 === session }
            if entries[session.liveUser.id]?.sessions.isEmpty == true {
                entries.removeValue(forKey: session.liveUser.id)
            }
        }
    }

    /// Closes the session that bears a `pid`, if there is one, and then calls `then`: two never live at once.
    func closeSession(of user: UserID, pid: String, then: @escaping @Sendable () -> Void) {
        guard let session = sessions(of: user).first(where: { $0.pid == pid }) else { return then() }
        session.socket.eventLoop.execute {
            session.socket.closeTransport()
            then()
        }
    }

    func sessions(of user: UserID) -> [ChatSession] { entries.withLock { $0[user]?.sessions ?? [] } }
    var all: [ChatSession] { entries.withLock { $0.values.flatMap(\.sessions) } }
}
