/// The batches that pass while a socket may not hear live. They are shared with everyone else, so what is kept is
/// references; how long they are kept is what the limit bounds.
final class HeldDeliveries {
    /// More than a connection's reading of its chats lets pass; a replay that takes longer reads again.
    static let limit = 2_000

    private var batches: [DeliveryBatch] = []
    private var overflowed = false

    func append(_ batch: DeliveryBatch) {
        guard !overflowed else { return }
        if batches.count == Self.limit {
            batches = []
            overflowed = true
        } else {
            batches.append(batch)
        }
    }

    /// What was kept; `nil` when it was too much, after which keeping begins anew.
    func take() -> [DeliveryBatch]? {
        defer {
            batches = []
            overflowed = false
        }
        return overflowed ? nil : batches
    }
}

@available(*, unavailable)
extension HeldDeliveries: Sendable {}
