/// The batches that pass while a socket may not hear live. They are shared with everyone else, so what is kept is
/// references; how long they are kept is what the limits bound.
final class HeldDeliveries {
    /// More than a connection's reading of its chats lets pass.
    static let limit = 2_000
    /// Of what the batches tell. Shared as it is, nobody may keep more of it alive.
    static let maxBytes = 8 << 20

    private(set) var batches: [DeliveryBatch] = []
    /// Whose they are, once it is there.
    weak var socket: Socket?
    /// More passed than could be kept before there was a socket: what it had to do is lost.
    private(set) var isLost = false
    private var bytes = 0

    /// - Returns: `false` when that is more than can be kept.
    func append(_ batch: DeliveryBatch) -> Bool {
        let size = batch.size
        guard batches.count < Self.limit, bytes + size <= Self.maxBytes else {
            isLost = socket == nil
            return false
        }
        bytes += size
        batches.append(batch)
        return true
    }

    func removeAll() {
        batches = []
        bytes = 0
    }
}

@available(*, unavailable)
extension HeldDeliveries: Sendable {}
