import NIOCore
import Synchronization

/// Every connection is a stranger from the accept until a valid token was shown for it, and strangers are bounded
/// apart, by address and altogether: **the oldest gives way to a new one**. So nobody is kept out by those who only sit
/// there.
///
/// 1. A connection comes in as a stranger. So does a session over polling, which has no connection of its own.
/// 2. A token that is accepted vouches: a session's for good, a request's for the time of that request. A connection
///    that rests after such a request is kept apart, and goes when strangers are too few to make room.
/// 3. What a trusted proxy brings counts for the client that it names, as long as the request lasts.
/// 4. When a bound is passed somebody is ended: past the bound of an address its oldest; past that of all, the oldest
///    of the address that has most, so that a flood from a few addresses does not end those of others. Whoever is
///    younger than the grace is spared, but for those of an address with more than the newcomer's, and past the crowd's
///    bounds.
public final class ConnectionRegistry: Sendable {
    fileprivate struct State {
        var strangers = StrangerList()
        var resting = StrangerList()
        var isTrimming = false
    }

    let limits: StrangerLimits
    let budget: RequestBudget
    private let state = Mutex(State())
    private let clock: @Sendable () -> NIODeadline

    init(
        limits: StrangerLimits, budget: RequestBudget, clock: @escaping @Sendable () -> NIODeadline = { .now() }
    ) {
        self.limits = limits
        self.budget = budget
        self.clock = clock
    }

    deinit {
        // One by one: releasing the first alone would release the list recursively.
        state.withLock { state in
            while let stranger = state.strangers.oldest { state.strangers.remove(stranger) }
            while let stranger = state.resting.oldest { state.resting.remove(stranger) }
        }
    }

    /// Connections and sessions that nobody vouches for.
    public var strangerCount: Int { state.withLock { $0.strangers.count } }

    func strangerCount(of key: AddressKey) -> Int { state.withLock { $0.strangers.count(of: key) } }

    // MARK: Coming and going

    /// A connection was accepted, or a session made.
    ///
    /// - Parameters:
    ///   - isProxy: a trusted proxy's, which is nobody's before its first request.
    ///   - end: ends it, when it has to give way.
    func arrive(_ key: AddressKey, isProxy: Bool = false, end: @escaping @Sendable () -> Void) -> Stranger {
        let stranger = Stranger(registry: self, key: key, end: end)
        list(stranger, as: isProxy ? .resting : .stranger)
        return stranger
    }

    /// Whether an address has more strangers than its bound: see ``trimLater(on:)``.
    func isCrowded(_ key: AddressKey) -> Bool { strangerCount(of: key) > limits.perAddress }

    /// A request by way of a trusted proxy begins: the connection is that client's, until it rests.
    func speak(_ stranger: Stranger, for key: AddressKey) {
        list(stranger, as: .stranger, key: key)
    }

    /// A request is over that was vouched for, or a proxy's.
    func rest(_ stranger: Stranger) { list(stranger, as: .resting) }

    private func list(_ stranger: Stranger, as standing: Stranger.Standing, key: AddressKey? = nil) {
        let now = clock()
        let victims = state.withLock { state -> [Stranger] in
            // Told to close meanwhile: it stays that.
            guard stranger.standing != .gone else { return [] }
            state.remove(stranger)
            if let key { stranger.key = key }
            stranger.standing = standing
            if standing == .resting {
                state.resting.append(stranger, at: now)
                return state.resting.count > limits.resting ? state.end(state.resting.oldestOfMost) : []
            }
            state.strangers.append(stranger, at: now)
            return state.relieve(for: stranger, limits, now)
        }
        for victim in victims { victim.end() }
    }

    func vouch(for stranger: Stranger) {
        let (owed, key) = state.withLock { state in
            guard stranger.standing != .gone else { return (0, stranger.key) }
            state.remove(stranger)
            stranger.standing = .vouched
            defer { stranger.owed = 0 }
            return (stranger.owed, stranger.key)
        }
        if owed > 0 { budget.refund(owed, to: key) }
    }

    func leave(_ stranger: Stranger) {
        state.withLock { state in
            state.remove(stranger)
            stranger.standing = .gone
            stranger.end = {}
        }
    }

    func becomeSession(_ stranger: Stranger) {
        state.withLock { _ in stranger.isSession = true }
    }

    /// The connection goes on as another: what ends it changes.
    func move(_ stranger: Stranger, end: @escaping @Sendable () -> Void) {
        state.withLock { _ in if stranger.standing != .gone { stranger.end = end } }
    }

    func isVouched(_ stranger: Stranger) -> Bool { state.withLock { _ in stranger.standing == .vouched } }

    // MARK: Requests

    /// Counts a request of `stranger` that nobody vouches for yet.
    ///
    /// - Returns: whether its address may make one more.
    func charge(_ stranger: Stranger, hasToken: Bool) -> Bool {
        guard budget.isOn else { return true }
        let charged = budget.charge(state.withLock { _ in stranger.key }, hasToken: hasToken)
        state.withLock { _ in stranger.owed = charged ?? 0 }
        return charged != nil
    }

    /// What a request was charged is the session's from now on, which gets it back once a token vouches for it.
    func handOver(from connection: Stranger, to session: Stranger) {
        state.withLock { _ in
            session.owed += connection.owed
            connection.owed = 0
        }
    }

    // MARK: Room

    /// Ends the oldest, because there is no room for a connection at all: of the strangers first, then of those that
    /// rest.
    ///
    /// - Returns: whether there was one, other than `newcomer`.
    func giveWay(to newcomer: Stranger?) -> Bool {
        let victims = state.withLock { state -> [Stranger] in
            for candidate in [state.strangers.oldestOfMost, state.strangers.oldest, state.resting.oldest] {
                if let candidate, candidate !== newcomer { return state.end(candidate) }
            }
            return []
        }
        for victim in victims { victim.end() }
        return !victims.isEmpty
    }

    /// Ends a session that nobody vouches for, because there is no room for another one's.
    ///
    /// - Parameter key: the other one's address.
    /// - Returns: whether there was one that has to give way.
    public func endStrangersSession(for key: AddressKey) -> Bool {
        let now = clock()
        let victims = state.withLock { state -> [Stranger] in
            let own = state.strangers.count(of: key)
            var next = state.strangers.oldest
            for _ in 0..<Self.looks {
                guard let stranger = next else { break }
                let isRich = (stranger.address?.count ?? 0) > own + 1
                if stranger.isSession, isRich || limits.isPastGrace(stranger, now) { return state.end(stranger) }
                next = stranger.next
            }
            return []
        }
        for victim in victims { victim.end() }
        return !victims.isEmpty
    }

    /// How many strangers are looked at for one with a session.
    private static let looks = 256

    /// Has those over an address's bound go once they had their time, by a timer on `eventLoop`.
    func trimLater(on eventLoop: any EventLoop) {
        let isDue = state.withLock { state in
            guard !state.isTrimming, !state.strangers.oldestOfEach(above: limits.perAddress).isEmpty else {
                return false
            }
            state.isTrimming = true
            return true
        }
        guard isDue else { return }
        _ = eventLoop.scheduleTask(in: .milliseconds(250)) {
            self.trim()
            self.trimLater(on: eventLoop)
        }
    }

    /// Ends who is over an address's bound and had its time.
    func trim() {
        let now = clock()
        let victims = state.withLock { state -> [Stranger] in
            state.isTrimming = false
            var victims: [Stranger] = []
            for first in state.strangers.oldestOfEach(above: limits.perAddress) {
                var next: Stranger? = first
                var excess = (first.address?.count ?? 0) - limits.perAddress
                while excess > 0, let stranger = next, limits.isPastGrace(stranger, now) {
                    next = stranger.nextOfAddress
                    excess -= 1
                    victims += state.end(stranger)
                }
            }
            return victims
        }
        for victim in victims { victim.end() }
    }
}

extension ConnectionRegistry.State {
    /// Takes a stranger out of the list that it is in, if any.
    fileprivate mutating func remove(_ stranger: Stranger) {
        switch stranger.standing {
        case .stranger: strangers.remove(stranger)
        case .resting: resting.remove(stranger)
        case .new, .vouched, .gone: break
        }
    }

    fileprivate mutating func end(_ stranger: Stranger?) -> [Stranger] {
        guard let stranger else { return [] }
        remove(stranger)
        stranger.standing = .gone
        return [stranger]
    }

    /// Who has to go for `newcomer`, which is in already.
    fileprivate mutating func relieve(
        for newcomer: Stranger, _ limits: StrangerLimits, _ now: NIODeadline
    ) -> [Stranger] {
        guard let own = newcomer.address else { return [] }
        if own.count > limits.perAddress, let first = own.first, first !== newcomer,
            own.count > limits.crowdOfAddress || limits.isPastGrace(first, now)
        {
            return end(first)
        }
        guard strangers.count > limits.total else { return [] }
        if let first = strangers.oldestOfMost, first !== newcomer {
            let count = first.address?.count ?? 0
            if strangers.count > limits.crowd || count > own.count + 1 || limits.isPastGrace(first, now) {
                return end(first)
            }
        }
        if let first = strangers.oldest, first !== newcomer, limits.isPastGrace(first, now) { return end(first) }
        return []
    }
}

extension StrangerLimits {
    func isPastGrace(_ stranger: Stranger, _ now: NIODeadline) -> Bool {
        now - stranger.since >= TimeAmount(grace)
    }
}
