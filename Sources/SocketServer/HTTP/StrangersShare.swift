import NIOCore

/// What one connection's requests that no token vouches for have cost the loop since it last waited its turn. A few are
/// nobody's business, and a second without any makes a new beginning.
struct StrangersShare {
    /// Reading a request, routing it, answering it.
    static let request = InputCost(nanoseconds: 40_000)
    private static let rest = TimeAmount.seconds(1)

    private var cost = InputCost.zero
    private var chargedAt = NIODeadline.uptimeNanoseconds(0)

    mutating func charge(at now: NIODeadline) {
        if now - chargedAt > Self.rest { cost = .zero }
        chargedAt = now
        cost += Self.request
    }

    /// What the last one costs beside that.
    mutating func add(_ cost: InputCost) { self.cost += cost }

    /// A token vouches for the last one.
    mutating func refund() {
        cost = max(.zero, InputCost(nanoseconds: cost.nanoseconds - Self.request.nanoseconds))
    }

    /// What is to be paid before the next request, if it is worth a turn; it counts as paid.
    mutating func takeDue() -> InputCost? {
        guard cost >= .light else { return nil }
        defer { cost = .zero }
        return cost
    }
}
