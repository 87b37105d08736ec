import ByteText
import ChatCore
import NIOCore
import SocketIO
import Synchronization

/// Every session that is live, by user: what limits a user's connections and rates, and what the operator sees.
final class LiveSessionsDirectory: Sendable {
    fileprivate struct Entry {
        let user: LiveUser
        private var list = SessionList.none
        /// None or one: most users have none.
        private var rare: [Rare] = []

        private struct Rare {
            var leaving: Set<ObjectIdentifier> = []
            var claims = PidClaims()
        }

        init(user: LiveUser) { self.user = user }

        /// In the order they came.
        var sessions: [ChatSession] {
            get { list.all }
            set { list = SessionList(newValue) }
        }

        /// Those of them that were told to go, for being too many.
        var leaving: Set<ObjectIdentifier> {
            get { rare.first?.leaving ?? [] }
            set { if !newValue.isEmpty || !rare.isEmpty { changeRare { $0.leaving = newValue } } }
        }

        /// Who has which `pid`, where anybody came back lately.
        var claims: PidClaims? { rare.first?.claims }

        mutating func changeClaims<Result>(_ body: (inout PidClaims) -> Result) -> Result {
            changeRare { body(&$0.claims) }
        }

        private mutating func changeRare<Result>(_ body: (inout Rare) -> Result) -> Result {
            if rare.isEmpty { rare.append(Rare()) }
            return body(&rare[0])
        }
    }

    /// Mostly one: without an array for it.
    private enum SessionList {
        case none
        case one(ChatSession)
        case more([ChatSession])

        init(_ sessions: [ChatSession]) {
            switch sessions.count {
            case 0: self = .none
            case 1: self = .one(sessions[0])
            default: self = .more(sessions)
            }
        }

        var all: [ChatSession] {
            switch self {
            case .none: []
            case .one(let session): [session]
            case .more(let sessions): sessions
            }
        }
    }

    /// What a new session means for others, and for itself.
    struct Arrival {
        /// The user's oldest, which are too many; each is named once.
        let surplus: [ChatSession]
        /// Another client claimed its `pid` meanwhile: it has to go.
        let isSuperseded: Bool
    }

    fileprivate struct State {
        /// Users with sessions, those on their way to one, and those who left lately with something of their rates
        /// spent.
        var entries: [UserID: Entry] = [:]
        /// At so many users it is looked who may be forgotten.
        var sweepAt = LiveSessionsDirectory.leastSweep
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
            entry.sessions.append(session)
            let staying = entry.sessions.filter { !entry.leaving.contains(ObjectIdentifier($0)) }
            let surplus = Array(staying.prefix(max(0, staying.count - maxConnectionsPerUser)))
            entry.leaving.formUnion(surplus.map(ObjectIdentifier.init))
            let isSuperseded = session.claim.map { claim in !entry.changeClaims { $0.begin(claim) } } ?? false
            state.entries[session.liveUser.id] = entry
            return Arrival(surplus: surplus, isSuperseded: isSuperseded)
        }
    }

    func remove(_ session: ChatSession, now: Int64 = ChatSession.now()) {
        state.withLock { state in
            let id = session.liveUser.id
            state.entries[id]?.sessions.removeAll { $0 === session }
            if state.entries[id]?.leaving.isEmpty == false {
                state.entries[id]?.leaving.remove(ObjectIdentifier(session))
            }
            if state.entries[id]?.mayBeForgotten(now: now) == true { state.entries.removeValue(forKey: id) }
        }
    }

    /// How many users it knows of, live or resting.
    var userCount: Int { state.withLock { $0.entries.count } }

    /// Claims a `pid` for a client that came back with it: see ``PidClaims``.
    ///
    /// - Parameter then: called with the claim once whoever had the `pid` is closed, so that two never live at once; or
    ///   with `nil`: the client is to get another one.
    func claim(
        _ pid: String, of user: LiveUser, heard: Revision, revision: Revision, now: NIODeadline = .now(),
        then: @escaping @Sendable (PidClaims.Claim?) -> Void
    ) {
        let (claim, holders) = state.withLock { state in
            var entry = state.entries[user.id] ?? Entry(user: user)
            let holders = entry.sessions.filter { ByteString($0.pid) == ByteString(pid) }
            let claim = entry.changeClaims {
                $0.claim(pid, heard: heard, revision: revision, isLive: !holders.isEmpty, now: now)
            }
            state.entries[user.id] = entry
            return (claim, holders)
        }
        guard claim != nil else { return then(nil) }
        // More than one only where a superseded one has not gone yet.
        Self.close(holders[...]) { then(claim) }
    }

    private static func close(_ sessions: ArraySlice<ChatSession>, then: @escaping @Sendable () -> Void) {
        guard let session = sessions.first else { return then() }
        session.socket.eventLoop.execute {
            session.socket.closeTransport()
            Self.close(sessions.dropFirst(), then: then)
        }
    }

    func sessions(of user: UserID) -> [ChatSession] { state.withLock { $0.entries[user]?.sessions ?? [] } }
    var all: [ChatSession] { state.withLock { $0.entries.values.flatMap(\.sessions) } }
}

extension LiveSessionsDirectory.Entry {
    fileprivate mutating func mayBeForgotten(now: Int64) -> Bool {
        let deadline = NIODeadline.uptimeNanoseconds(UInt64(max(0, now)))
        guard sessions.isEmpty, user.isRested(now: now) else { return false }
        return claims == nil || changeClaims { $0.isOver(now: deadline) }
    }
}

extension LiveSessionsDirectory.State {
    /// Looks at everybody, and again when there are twice as many: a user costs a look or two on the way.
    fileprivate mutating func sweep(now: Int64) {
        entries = entries.filter { _, entry in
            var entry = entry
            return !entry.mayBeForgotten(now: now)
        }
        sweepAt = max(LiveSessionsDirectory.leastSweep, entries.count * 2)
    }
}
