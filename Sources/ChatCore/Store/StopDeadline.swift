/// Until when a stop may take, handed down to all that waits within it.
///
/// Each wait takes its time from the one deadline, never a time of its own, so what they take together is bounded
/// however many there are. One that others come after takes ``half()`` of what is left, or leaves them a fixed time by
/// ``sooner(by:)``; the last may take all.
public struct StopDeadline: Sendable {
    /// A steady clock, which no operator sets.
    public typealias Clock = @Sendable () -> Duration

    private let clock: Clock
    private let end: Duration

    private init(end: Duration, clock: @escaping Clock) {
        self.end = end
        self.clock = clock
    }

    /// - Parameter clock: other clocks are for tests.
    public init(within time: Duration, clock: @escaping Clock) {
        self.init(end: clock() + time, clock: clock)
    }

    public init(within time: Duration) {
        let start = ContinuousClock.now
        self.init(end: time, clock: { start.duration(to: .now) })
    }

    /// Never negative.
    public var left: Duration { max(.zero, end - clock()) }

    public var isOver: Bool { end <= clock() }

    /// What may take half of the time that is left.
    public func half() -> StopDeadline { within(left / 2) }

    /// What may take all the time but this.
    public func sooner(by time: Duration) -> StopDeadline { StopDeadline(end: end - time, clock: clock) }

    /// What may take this long, if there is so much left.
    public func within(_ time: Duration) -> StopDeadline {
        let now = clock()
        return StopDeadline(end: min(end, now + time), clock: clock)
    }
}
