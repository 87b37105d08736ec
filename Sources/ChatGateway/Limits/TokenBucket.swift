/// A rate limit: `rate` a second, in bursts of three times as many. Time is given, not taken.
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

    /// Takes one.
    ///
    /// - Returns: `nil` when there was one; otherwise how long until there is.
    mutating func take(now: Int64) -> Duration? {
        guard rate > 0 else { return nil }
        tokens = min(rate * 3, tokens + Double(now - updatedAt) / 1e9 * rate)
        updatedAt = now
        guard tokens < 1 else {
            tokens -= 1
            return nil
        }
        return .nanoseconds(Int64((1 - tokens) / rate * 1e9))
    }
}
