import NIOCore

/// How fast a request's body comes: one that drips, a byte now and then, holds a place for nothing. The time in which
/// it was held back by whoever reads it does not count.
struct BodyPace {
    private var start: NIODeadline
    private var pausedAt: NIODeadline?
    private var received: Int64 = 0

    init(start: NIODeadline = .uptimeNanoseconds(0)) { self.start = start }

    /// - Returns: whether it comes at the least rate, or had no time yet.
    mutating func receive(_ bytes: Int, at now: NIODeadline, _ limits: SocketServerLimits) -> Bool {
        received += Int64(bytes)
        guard limits.minimumRate > 0 else { return true }
        // Twice the time that one part may take: whoever answers slow bodies itself comes first.
        let counted = (now - start).nanoseconds - 2 * TimeAmount(limits.bodyTimeout).nanoseconds
        return counted <= 0 || received >= counted / 1_000_000_000 * Int64(limits.minimumRate)
    }

    mutating func pause(at now: NIODeadline) {
        if pausedAt == nil { pausedAt = now }
    }

    mutating func goOn(at now: NIODeadline) {
        guard let pausedAt else { return }
        start = start + (now - pausedAt)
        self.pausedAt = nil
    }
}
