import NIOCore

/// GET and POST of a session on polling; called on its loop.
extension EngineSession {
    func pollArrived(_ reply: EngineReply) {
        endIfTimedOut()
        switch machine.pollArrived(reply.id, hasQueued: polling?.isEmpty == false, now: eventLoop.now) {
        case .park:
            polling?.parked = reply
        case .parkThenNoop(let delay):
            polling?.parked = reply
            eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in self?.noopDue(reply.id) }
        case .answer:
            answer(reply)
        case .noop:
            replyNoop(reply)
        case .answerAndClose:
            answerLast(reply)
        case .refuse:
            reply.fail(.badRequest)
        case .refuseAndClose:
            reply.fail(.badRequest)
            end(.transportError)
        case .unknown:
            reply.fail(.unknownSession)
        }
    }

    func pollAborted(_ reply: EngineReply) {
        if polling?.parked?.id == reply.id { polling?.parked = nil }
        if machine.pollAborted(reply.id) { end(.transportError) }
    }

    /// - Parameter isBinary: Engine.IO 4 has no such bodies.
    func postArrived(_ reply: EngineReply, isBinary: Bool) {
        endIfTimedOut()
        switch machine.postArrived(reply.id) {
        case .read:
            guard !isBinary else {
                polling?.post = reply
                return end(.transportError)
            }
            polling?.post = reply
        case .refuse:
            reply.fail(.badRequest)
        case .refuseAndClose:
            reply.fail(.badRequest)
            end(.transportError)
        case .unknown:
            reply.fail(.unknownSession)
        }
    }

    func postReceived(_ reply: EngineReply, payload: ByteBuffer) {
        guard machine.postEnded(reply.id) else { return reply.fail(.badRequest) }
        polling?.post = nil
        var isWhole = true
        for packet in EnginePayload.decode(payload) where isOpen {
            if packet == nil { isWhole = false }
            take(packet)
        }
        if isOpen { handler?.sessionDidReceiveBurst(self) }
        if isWhole { reply.ok() } else { reply.fail(.badRequest) }
    }

    /// It was answered already (413); the session lives on.
    func postDropped(_ reply: EngineReply) {
        guard polling?.post?.id == reply.id else { return }
        polling?.post = nil
        _ = machine.postEnded(reply.id)
    }

    func postAborted(_ reply: EngineReply) {
        if polling?.post?.id == reply.id { polling?.post = nil }
        if machine.postAborted(reply.id) { end(.transportError) }
    }

    /// Answers a GET of a closed session with what is left, and once all of it is gone with a `1`.
    private func answerLast(_ reply: EngineReply) {
        guard let polling else { return reply.fail(.unknownSession) }
        let (body, isWhole) = polling.takeBody(maxBytes: configuration.maxPayload, last: EngineControl.close)
        reply.packets(body)
        guard isWhole else { return machine.keepLingering() }
        disarmOther()
        directory.remove(id)
    }

    private func noopDue(_ id: EngineSessionMachine.RequestID) {
        guard machine.noopDue(id, now: eventLoop.now) != nil else { return }
        releaseParked()
    }

    /// Lets the parked GET go with a noop, or with what is queued.
    func releaseParked() {
        guard let polling, let reply = polling.parked else { return }
        polling.parked = nil
        if polling.isEmpty { replyNoop(reply) } else { answer(reply) }
    }

    private func replyNoop(_ reply: EngineReply) {
        var body = ByteBuffer()
        var packet = EngineControl.noop
        EnginePayload.appendFirst(of: &packet, to: &body)
        reply.packets(body)
    }

    /// A packet on the session's transport.
    func take(_ packet: EnginePacket?) {
        switch machine.received(packet) {
        case .deliver:
            switch packet {
            case .text(let text): handler?.session(self, didReceiveText: text)
            case .binary(let bytes): handler?.session(self, didReceiveBinary: bytes)
            default: break
            }
        case .rearmPing: rearmPing()
        case .ignore: break
        case .close(let reason): end(reason)
        }
    }
}
