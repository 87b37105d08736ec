import NIOCore

/// What the connections of one event loop share. Bound to that loop.
final class LoopContext {
    let eventLoop: any EventLoop
    let shared: ServerShared
    /// From the accept (or the end of the TLS handshake) to a whole request head.
    let headDeadlines: DeadlineQueue
    /// Between two requests.
    let idleDeadlines: DeadlineQueue
    /// From one part of a request body to the next.
    let bodyDeadlines: DeadlineQueue
    /// While a client does not take what is written to it.
    let stallDeadlines: DeadlineQueue
    /// From our last word to the end of the connection.
    let closeDeadlines: DeadlineQueue
    /// Where what connections keep while they speak HTTP is counted.
    let memory: ByteAccount.Terms
    /// The `Date` header of responses.
    let date = HTTPDate()
    private var channels: [ObjectIdentifier: any Channel] = [:]
    /// Where those wait whose input costs much.
    let lane: InputLane
    /// The same for requests that no token vouches for, apart: users do not wait behind strangers.
    let strangersLane: InputLane
    /// Where a connection lays frames side by side to send them at once; nobody's between two calls.
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    /// The server is stopping: connections end with the response they are at.
    var isDraining = false

    init(eventLoop: any EventLoop, shared: ServerShared) {
        self.eventLoop = eventLoop
        self.shared = shared
        let limits = shared.limits
        memory = ByteAccount.Terms(eventLoop: eventLoop, pool: shared.memory)
        lane = InputLane(eventLoop: eventLoop)
        strangersLane = InputLane(eventLoop: eventLoop)
        headDeadlines = DeadlineQueue(delay: .init(limits.headTimeout), eventLoop: eventLoop)
        idleDeadlines = DeadlineQueue(delay: .init(limits.keepAliveTimeout), eventLoop: eventLoop)
        bodyDeadlines = DeadlineQueue(delay: .init(limits.bodyTimeout), eventLoop: eventLoop)
        stallDeadlines = DeadlineQueue(delay: .init(limits.stallTimeout), eventLoop: eventLoop)
        closeDeadlines = DeadlineQueue(delay: .init(limits.closeTimeout), eventLoop: eventLoop)
    }

    deinit { scratch.deallocate() }

    /// Bytes that a client has to take between two looks at it.
    var leastTaken: Int {
        let limits = shared.limits
        return max(1, limits.minimumRate * Int(limits.stallTimeout.components.seconds))
    }

    /// Ends what has no request open; the others end with their response.
    func drain() {
        isDraining = true
        idleDeadlines.fireAll()
        headDeadlines.fireAll()
    }

    /// Keeps a connection that was counted in (``AcceptGate``), and counts it out when it closes.
    func add(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        channels[key] = channel
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        channel.closeFuture.whenComplete { _ in
            let context = bound.value
            context.channels[key] = nil
            context.shared.connections.remove()
        }
    }

    /// Ends every connection now.
    func closeAll() {
        for channel in channels.values { channel.close(promise: nil) }
    }
}

@available(*, unavailable)
extension LoopContext: Sendable {}
