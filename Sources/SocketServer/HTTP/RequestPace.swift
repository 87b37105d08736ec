import NIOCore

/// One connection's requests that no token vouches for, at a rate: past it the next one waits, which slows the one who
/// floods and nobody else. A leaky bucket kept as the time at which it is empty.
struct RequestPace {
    /// Seconds' worth that may come at once.
    private static let burst: Int64 = 2

    private var emptyAt = NIODeadline.uptimeNanoseconds(0)

    /// How long the next request has to wait; `nil` when it need not.
    func wait(at now: NIODeadline, rate: Int) -> TimeAmount? {
        let ahead = emptyAt - now - .seconds(Self.burst)
        return ahead > .zero ? ahead : nil
    }

    mutating func charge(at now: NIODeadline, rate: Int) {
        guard rate > 0 else { return }
        emptyAt = max(emptyAt, now) + .nanoseconds(1_000_000_000 / Int64(rate))
    }

    mutating func refund(rate: Int) {
        guard rate > 0 else { return }
        emptyAt = emptyAt - .nanoseconds(1_000_000_000 / Int64(rate))
    }
}
