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

    /// The body of a response with everything queued, and `last` after it.
    func takeBody(last: ByteBuffer?) -> ByteBuffer {
        var body = ByteBuffer()
        body.reserveCapacity(size + 16)
        for (bytes, _) in frames { EnginePayload.append(bytes, to: &body) }
        if let last { EnginePayload.append(last, to: &body) }
        removeAll()
        return body
    }
}

@available(*, unavailable)
extension PollingQueue: Sendable {}
