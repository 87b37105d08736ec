import NIOCore
import SocketServer

/// What a session on polling holds until a GET fetches it. Bound to the session's loop.
final class PollingQueue {
    private(set) var frames = CircularBuffer<(bytes: ByteBuffer, isCounted: Bool)>()
    /// Bytes that count against ``EngineConfiguration/maxSendQueue``.
    private(set) var counted = 0
    /// Bytes that do not.
    private(set) var uncounted = 0
    /// Bytes that GETs have fetched.
    private(set) var taken = 0
    /// The GET that waits.
    var parked: EngineReply?
    /// The POST that is being read, or taken.
    var post: EngineReply?
    /// What is left of the POST that is being taken.
    var packets: EnginePayload.Packets?
    /// What taking it has cost since the session's last turn, and what turns have cost lately.
    var turnCost = InputCost.zero
    var inputShare = InputShare.stranger
    /// All of the above in the session's account.
    private var level: AccountedLevel
    private var postLevel: AccountedLevel

    init(account: ByteAccount) {
        level = AccountedLevel(of: account)
        postLevel = AccountedLevel(of: account, isUnfinishedInput: true)
    }

    var isEmpty: Bool { frames.isEmpty }
    var size: Int { counted + uncounted }

    func append(_ bytes: ByteBuffer, isCounted: Bool) {
        guard bytes.readableBytes > 0 else { return }
        frames.append((bytes, isCounted))
        if isCounted { counted += bytes.readableBytes } else { uncounted += bytes.readableBytes }
        level.set(size)
    }

    func removeAll() {
        frames = CircularBuffer()
        counted = 0
        uncounted = 0
        level.set(0)
    }

    /// The POST's packets wait to be taken, or (`nil`) no longer do.
    func setPackets(_ packets: EnginePayload.Packets?) {
        self.packets = packets
        postLevel.set(packets?.bytesLeft ?? 0)
    }

    /// The body of a response: what is queued, as far as it goes into one. What is left waits for the next.
    /// - Parameter maxBytes: past it no further packet is added; a single one may be longer.
    func takeBody(maxBytes: Int) -> ByteBuffer {
        var body = ByteBuffer()
        body.reserveCapacity(min(size, maxBytes) + 16)
        var packets = 0
        let before = size
        while packets < Self.maxPackets, body.readableBytes < maxBytes, var first = frames.popFirst() {
            let before = first.bytes.readableBytes
            EnginePayload.appendFirst(of: &first.bytes, to: &body)
            let taken = before - first.bytes.readableBytes
            if first.isCounted { counted -= taken } else { uncounted -= taken }
            if first.bytes.readableBytes > 0 { frames.prepend(first) }
            packets += 1
        }
        taken += before - size
        level.set(size)
        return body
    }

    /// Packets of one response. python-engineio drops the connection when a payload has more (its
    /// `max_decode_packets`).
    static let maxPackets = 16
}

@available(*, unavailable)
extension PollingQueue: Sendable {}
