import ChatCore
import Synchronization

/// What the connections of one user share, and what outlives them for as long as something of it is spent: the rates.
final class LiveUser: Sendable {
    let id: UserID
    private let rates: Mutex<Rates>

    private struct Rates {
        var messages: TokenBucket
        var events: TokenBucket
    }

    init(id: UserID, messageRate: Int, eventRate: Int, now: Int64) {
        self.id = id
        rates = Mutex(
            Rates(
                messages: TokenBucket(rate: messageRate, now: now), events: TokenBucket(rate: eventRate, now: now)))
    }

    /// Takes one message of the user's rate.
    ///
    /// - Returns: how long to wait, when there is none.
    func takeMessage(now: Int64) -> Duration? { rates.withLock { $0.messages.take(now: now) } }

    /// Takes so many units of the user's rate of events, if there is one.
    ///
    /// - Returns: how long to wait, when there is none.
    func takeEvent(_ units: Int, now: Int64) -> Duration? { rates.withLock { $0.events.take(units, now: now) } }

    /// Takes units for what is done already.
    func chargeEvent(_ units: Int, now: Int64) {
        guard units > 0 else { return }
        rates.withLock { $0.events.charge(units, now: now) }
    }

    /// Whether a new one would be the same.
    func isRested(now: Int64) -> Bool {
        rates.withLock { $0.messages.isFull(now: now) && $0.events.isFull(now: now) }
    }
}
