/// A rate limit: `rate` units a second, in bursts of three times as many. Time is given, not taken.
///
/// What something costs may be known only when it is done. So whoever has a unit left may begin, and what it cost
/// beyond that is owed: nothing is let through until it is paid back.
struct TokenBucket: Sendable {
    private let rate: Double
    private var tokens: Double
    private var updatedAt: Int64

    /// - Parameters:
    ///   - rate: a second; 0 is no limit.
    ///   - now: nanoseconds on any steady clock.
    init(rate: Int, now: Int64) {
        self.rate = Double(rate)
        tokens = Double(rate) * 3
        updatedAt = now
    }

    /// Takes so many, if there is one.
    ///
    /// - Returns: `nil` when there was one; otherwise how long until there is.
    mutating func take(_ units: Int = 1, now: Int64) -> Duration? {
        guard rate > 0 else { return nil }
        refill(now: now)
        guard tokens < 1 else {
            tokens -= Double(units)
            return nil
        }
        return .nanoseconds(Int64(((1 - tokens) / rate * 1e9).rounded(.up)))
    }

    /// Takes so many, whether they are there or not.
    mutating func charge(_ units: Int, now: Int64) {
        guard rate > 0 else { return }
        refill(now: now)
        tokens -= Double(units)
    }

    /// Whether nothing of the burst is spent: a new bucket would be the same.
    func isFull(now: Int64) -> Bool { rate == 0 || tokens + Double(now - updatedAt) / 1e9 * rate >= rate * 3 }

    /// Threads read the clock before they come here, so it may seem to go back.
    private mutating func refill(now: Int64) {
        guard now > updatedAt else { return }
        tokens = min(rate * 3, tokens + Double(now - updatedAt) / 1e9 * rate)
        updatedAt = now
    }
}
