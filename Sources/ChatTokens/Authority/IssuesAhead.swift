import ChatCore
import Synchronization

/// The tokens that were shown before the time at which they say they were issued, by signers whose clock is ahead of
/// ours within the leeway: the latest time of each user. A revocation has to reach so far, or what was shown before it
/// would outlive it.
///
/// It is kept until that time has come, so for a minute at most.
final class IssuesAhead: Sendable {
    private struct State {
        var latest: [UserID: Timestamp] = [:]
        /// At so many users it is looked whose time has come.
        var sweepAt = IssuesAhead.leastSweep
    }

    private static let leastSweep = 256

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.latest.count } }

    func shown(by user: UserID, issuedAt: Timestamp, now: Timestamp) {
        guard issuedAt > now else { return }
        state.withLock { state in
            state.latest[user] = max(issuedAt, state.latest[user] ?? issuedAt)
            guard state.latest.count >= state.sweepAt else { return }
            state.latest = state.latest.filter { $0.value > now }
            state.sweepAt = max(Self.leastSweep, state.latest.count * 2)
        }
    }

    /// `nil` where all that was shown was issued by now.
    func latest(of user: UserID, now: Timestamp) -> Timestamp? {
        state.withLock { $0.latest[user].flatMap { $0 > now ? $0 : nil } }
    }
}
