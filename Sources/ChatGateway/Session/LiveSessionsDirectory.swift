import ByteText
import ChatCore
import NIOCore
import SocketIO
import Synchronization

/// Every session that is live, by user: what limits a user's connections and rates, and what the operator sees.
final class LiveSessionsDirectory: Sendable {
    fileprivate struct Entry {
        let user: LiveUser
        /// In the order they came.
        var sessions: [ChatSession] = []
        /// Those of them that were told to go, as their place is taken.
        var leaving: Set<ObjectIdentifier> = []
    }

    /// What a new session means for others, and for itself.
    struct Arrival {
        /// Those whose place is taken: the user's oldest, where there are too many, and those of its `pid`, or itself,
        /// where somebody newer has that. Each is named once.
        let replaced: [ChatSession]
    }

    fileprivate struct State {
        /// Users with sessions, those on their way to one, and those who left lately with something of their rates
        /// spent.
        var entries: [UserID: Entry] = [:]
        /// At so many users it is looked who may be forgotten.
        var sweepAt = LiveSessionsDirectory.leastSweep
        var newestClaim: UInt64 = 0
    }

    fileprivate static let leastSweep = 1000

    private let state = Mutex(State())
    private let messageRate: Int
    private let eventRate: Int
    private let maxConnectionsPerUser: Int

    init(configuration: GatewayConfiguration) {
        messageRate = configuration.messageRate
        eventRate = configuration.eventRate
        maxConnectionsPerUser = configuration.maxConnectionsPerUser
    }

    /// What the connections of a user share: the same for all of them, however many come at once, and for those who
    /// come back at once.
    func user(_ id: UserID, now: Int64 = ChatSession.now()) -> LiveUser {
        state.withLock { state in
            if let entry = state.entries[id] { return entry.user }
            if state.entries.count >= state.sweepAt { state.sweep(now: now) }
            let user = LiveUser(id: id, messageRate: messageRate, eventRate: eventRate, now: now)
            state.entries[id] = Entry(user: user)
            return user
        }
    }

    func add(_ session: ChatSession) -> Arrival {
        state.withLock { state in
            // The user may have been forgotten meanwhile: a connection that took longer than its rates to rest.
            var entry = state.entries[session.liveUser.id] ?? Entry(user: session.liveUser)
            let rivals = entry.sessions.filter { $0.claim.pid == session.claim.pid }
            let isSuperseded = !session.claim.outranks(rivals.map(\.claim))
            var replaced = isSuperseded ? [session] : rivals.filter { !entry.isLeaving($0) }
            entry.sessions.append(session)
            entry.leaving.formUnion(replaced.map(ObjectIdentifier.init))
            let staying = entry.sessions.filter { !entry.isLeaving($0) }
            replaced += staying.prefix(max(0, staying.count - maxConnectionsPerUser))
            entry.leaving.formUnion(replaced.map(ObjectIdentifier.init))
            state.entries[session.liveUser.id] = entry
            return Arrival(replaced: replaced)
        }
    }

    func remove(_ session: ChatSession, now: Int64 = ChatSession.now()) {
        state.withLock { state in
            let id = session.liveUser.id
            state.entries[id]?.sessions.removeAll { $0 === session }
            state.entries[id]?.leaving.remove(ObjectIdentifier(session))
            if state.entries[id]?.mayBeForgotten(now: now) == true { state.entries.removeValue(forKey: id) }
        }
    }

    /// How many users it knows of, live or resting.
    var userCount: Int { state.withLock { $0.entries.count } }

    /// Claims a `pid` for a client that came back with it: see ``PidClaim``.
    ///
    /// - Parameter then: called with the claim once whoever has the `pid` was ended.
    func claim(_ pid: String, of user: LiveUser, then: @escaping @Sendable (PidClaim) -> Void) {
        let (claim, holders) = state.withLock { state in
            state.newestClaim += 1
            let claim = PidClaim(pid: ByteString(pid), number: state.newestClaim)
            return (claim, state.entries[user.id]?.sessions.filter { $0.claim.pid == claim.pid } ?? [])
        }
        // More than one only where a superseded one has not gone yet.
        Self.end(holders[...]) { then(claim) }
    }

    private static func end(_ sessions: ArraySlice<ChatSession>, then: @escaping @Sendable () -> Void) {
        guard let session = sessions.first else { return then() }
        session.socket.eventLoop.execute {
            session.end(.replaced)
            Self.end(sessions.dropFirst(), then: then)
        }
    }

    func sessions(of user: UserID) -> [ChatSession] { state.withLock { $0.entries[user]?.sessions ?? [] } }
    var all: [ChatSession] { state.withLock { $0.entries.values.flatMap(\.sessions) } }
}

extension LiveSessionsDirectory.Entry {
    fileprivate func mayBeForgotten(now: Int64) -> Bool { sessions.isEmpty && user.isRested(now: now) }

    fileprivate func isLeaving(_ session: ChatSession) -> Bool { leaving.contains(ObjectIdentifier(session)) }
}

extension LiveSessionsDirectory.State {
    /// Looks at everybody, and again when there are twice as many: a user costs a look or two on the way.
    fileprivate mutating func sweep(now: Int64) {
        entries = entries.filter { !$0.value.mayBeForgotten(now: now) }
        sweepAt = max(LiveSessionsDirectory.leastSweep, entries.count * 2)
    }
}
