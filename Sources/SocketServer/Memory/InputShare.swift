import NIOCore

/// How much of an event loop's time somebody has taken lately, as far as the ``InputLane`` asks: whether it was modest.
///
/// Modest is who took no more than a thousandth: after a slice of cost c one counts as heavy for a thousand times as
/// long, a minute at most. The time in which one waited for a turn does not count: in a long line everybody takes
/// little. A stranger never counts as modest: there would always be a next one.
public struct InputShare: Sendable {
    private static let thousandth: Int64 = 1000
    private static let longest: TimeAmount = .seconds(60)

    private var heavyUntil = NIODeadline.uptimeNanoseconds(0)
    /// For how many microseconds the last slice is held against one.
    private var quiet: UInt32 = 0
    private let isStranger: Bool

    private init(isStranger: Bool) { self.isStranger = isStranger }

    /// Of one for whom somebody vouches, and who has taken nothing yet.
    public init() { self.init(isStranger: false) }

    /// Of one for whom nobody does.
    public static let stranger = InputShare(isStranger: true)

    func isModest(at now: NIODeadline) -> Bool { !isStranger && heavyUntil <= now }

    mutating func spend(_ cost: InputCost, at now: NIODeadline) {
        let time = min(Self.longest, .nanoseconds(min(cost.nanoseconds, 1 << 40) * Self.thousandth))
        quiet = UInt32(clamping: time.nanoseconds / 1000)
        heavyUntil = min(max(heavyUntil, now) + time, now + Self.longest)
    }

    /// Its turn came, after it had waited as one of the heavy.
    mutating func waited(until now: NIODeadline) { heavyUntil = max(heavyUntil, now + .microseconds(Int64(quiet))) }
}
