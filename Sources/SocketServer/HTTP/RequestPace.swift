import NIOCore

/// One connection's requests that no token vouches for, at a rate: past it the next one waits, which slows the one who
/// floods and nobody else. A leaky bucket kept as the time at which it is empty.
struct RequestPace {
    /// As much as may come at once.
    private static let burst = TimeAmount.seconds(2)
    /// After a request past its address's budget the next one waits so long: answering costs as much as serving.
    private static let penalty = TimeAmount.seconds(1)

    private var emptyAt = NIODeadline.uptimeNanoseconds(0)

    /// How long the next request has to wait; `nil` when it need not.
    func wait(at now: NIODeadline) -> TimeAmount? {
        let ahead = emptyAt - now - Self.burst
        return ahead > .zero ? ahead : nil
    }

    /// - Parameter rate: requests a second; 0 is no limit.
    mutating func charge(at now: NIODeadline, rate: Int) {
        guard rate > 0 else { return }
        emptyAt = max(emptyAt, now) + .nanoseconds(1_000_000_000 / Int64(rate))
    }

    mutating func refund(rate: Int) {
        guard rate > 0 else { return }
        emptyAt = emptyAt - .nanoseconds(1_000_000_000 / Int64(rate))
    }

    /// The address asked for more than it may.
    mutating func postpone(at now: NIODeadline) {
        emptyAt = max(emptyAt, now + Self.burst + Self.penalty)
    }
}
