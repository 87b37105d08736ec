import NIOCore

/// What a session on polling holds until a GET fetches it. Bound to the session's loop.
final class PollingQueue {
    private(set) var frames = CircularBuffer<(bytes: ByteBuffer, isCounted: Bool)>()
    /// Bytes that count against ``EngineConfiguration/maxSendQueue``.
    private(set) var counted = 0
    /// Bytes that do not.
    private(set) var uncounted = 0
    /// The GET that waits.
    var parked: EngineReply?
    /// The POST that is being read.
    var post: EngineReply?

    var isEmpty: Bool { frames.isEmpty }
    var size: Int { counted + uncounted }

    func append(_ bytes: ByteBuffer, isCounted: Bool) {
        guard bytes.readableBytes > 0 else { return }
        frames.append((bytes, isCounted))
        if isCounted { counted += bytes.readableBytes } else { uncounted += bytes.readableBytes }
    }

    func removeAll() {
        frames = CircularBuffer()
        counted = 0
        uncounted = 0
    }

    /// The body of a response: what is queued, as far as it goes into one, and after the last of it `last`. False: more
    /// is left, for the next response.
    /// - Parameter maxBytes: past it no further packet is added; a single one may be longer.
    func takeBody(maxBytes: Int, last: ByteBuffer? = nil) -> (body: ByteBuffer, isWhole: Bool) {
        var body = ByteBuffer()
        body.reserveCapacity(min(size, maxBytes) + 16)
        var packets = 0
        while packets < Self.maxPackets, body.readableBytes < maxBytes, var first = frames.popFirst() {
            let before = first.bytes.readableBytes
            EnginePayload.appendFirst(of: &first.bytes, to: &body)
            let taken = before - first.bytes.readableBytes
            if first.isCounted { counted -= taken } else { uncounted -= taken }
            if first.bytes.readableBytes > 0 { frames.prepend(first) }
            packets += 1
        }
        guard frames.isEmpty else { return (body, false) }
        guard var last else { return (body, true) }
        guard packets < Self.maxPackets else { return (body, false) }
        EnginePayload.appendFirst(of: &last, to: &body)
        return (body, true)
    }

    /// Packets of one response. python-engineio drops the connection when a payload has more (its
    /// `max_decode_packets`).
    static let maxPackets = 16
}

@available(*, unavailable)
extension PollingQueue: Sendable {}
