/// What the writer's thread needs to answer a command's event without asking its session: which event it was, and its
/// ack id. Packed into the 64 bits that travel with a command.
struct AckTag: Sendable {
    let rawValue: UInt64

    private static let noAck: UInt64 = (1 << 56) - 1

    /// - Parameter ackID: at most 15 decimal digits, as the packet decoder grants.
    init(event: Int, ackID: Int?) {
        rawValue = UInt64(event) << 56 | (ackID.map { UInt64($0) } ?? Self.noAck)
    }

    init(rawValue: UInt64) { self.rawValue = rawValue }

    var event: Int { Int(rawValue >> 56) }

    var ackID: Int? {
        let id = rawValue & Self.noAck
        return id == Self.noAck ? nil : Int(id)
    }
}
