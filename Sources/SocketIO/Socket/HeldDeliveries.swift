/// The batches that pass while a socket may not hear live. They are shared with everyone else, so what is kept is
/// references; how long they are kept is what the limit bounds.
final class HeldDeliveries {
    /// More than a connection's reading of its chats lets pass.
    static let limit = 2_000

    private(set) var batches: [DeliveryBatch] = []
    /// Whose they are, once it is there.
    weak var socket: Socket?
    /// More passed than could be kept before there was a socket: what it had to do is lost.
    private(set) var isLost = false

    /// - Returns: `false` when that is more than can be kept.
    func append(_ batch: DeliveryBatch) -> Bool {
        guard batches.count < Self.limit else {
            isLost = socket == nil
            return false
        }
        batches.append(batch)
        return true
    }

    func removeAll() { batches = [] }
}

@available(*, unavailable)
extension HeldDeliveries: Sendable {}
