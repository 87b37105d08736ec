import NIOCore
public import SocketServer

/// What happens at the limits of the session's account, and to a client that does not take what waits for it.
extension EngineSession: ByteAccountOwner {
    public func accountBecameFull(_ account: ByteAccount) {
        link?.setReadingHeld(true)
        candidate?.setReadingHeld(true)
    }

    public func accountHasRoom(_ account: ByteAccount) {
        later { session in
            guard !session.account.isFull else { return }
            session.link?.setReadingHeld(false)
            session.candidate?.setReadingHeld(false)
            session.takePackets()
            if session.isOpen { session.handler?.sessionHasRoom(session) }
        }
    }

    public func accountIsFullOfInput(_ account: ByteAccount) {
        later { $0.end(.transportError, discard: true) }
    }

    public func accountMustGo(_ account: ByteAccount) {
        // One that has ended, and waits for its client to fetch the rest, has only that to give.
        if isOpen { later { $0.endAsTooSlow() } } else { polling?.removeAll() }
    }

    /// An account tells from within what charged it.
    func later(_ body: @escaping @Sendable (EngineSession) -> Void) {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { if bound.value.isOpen { body(bound.value) } }
    }

    func endAsTooSlow() { end(.tooSlow, discard: true, lingers: true) }

    /// Something waits for the client to take it: not for ever, and not too much.
    func outputWaits(counted: Int) {
        guard counted <= configuration.maxSendQueue else { return endAsTooSlow() }
        guard stall == nil else { return }
        let watch = StallWatch(taken: takenBytes)
        stall = watch
        loop.stalls.arm(watch.deadline, owner: self)
    }

    /// Bytes that the client has taken since the beginning of its transport.
    private var takenBytes: Int { link?.takenBytes ?? polling?.taken ?? 0 }

    func lookAtStall(_ watch: StallWatch) {
        guard unsentBytes > 0 else { return stall = nil }
        if watch.isStalled(taken: takenBytes) { return endAsTooSlow() }
        loop.stalls.arm(watch.deadline, owner: self)
    }
}

/// Watches a client that is behind: looks four times in ``EngineConfiguration/stallTimeout`` whether it took anything.
/// There is one only while something waits.
final class StallWatch {
    let deadline = Deadline()
    private var taken: Int
    private var idleLooks = 0

    init(taken: Int) { self.taken = taken }

    /// - Returns: whether it took nothing for the whole time.
    func isStalled(taken: Int) -> Bool {
        if taken == self.taken {
            idleLooks += 1
        } else {
            self.taken = taken
            idleLooks = 0
        }
        return idleLooks >= 4
    }
}

@available(*, unavailable)
extension StallWatch: Sendable {}
