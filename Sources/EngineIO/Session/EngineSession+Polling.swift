import NIOCore
import SocketServer

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
        case .answerBeforeClose:
            reply.packets(polling?.takeBody(maxBytes: configuration.maxPayload) ?? ByteBuffer())
        case .close:
            replyClose(reply)
            disarmOther()
            forget()
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
            polling?.post = reply
            if isBinary { end(.transportError) }
        case .refuse:
            reply.fail(.badRequest)
        case .refuseAndClose:
            reply.fail(.badRequest)
            end(.transportError)
        case .unknown:
            reply.fail(.unknownSession)
        }
    }

    /// It is whole. Its packets are taken a slice at a time; it is answered after the last of them, so that the client
    /// sends no more before.
    func postReceived(_ reply: EngineReply, payload: ByteBuffer) {
        guard machine.isBeingRead(reply.id), let polling else { return reply.fail(.badRequest) }
        polling.setPackets(EnginePayload.Packets(payload))
        polling.turnCost += .bytes(payload.readableBytes)
        takePackets()
    }

    func takePackets() {
        guard let polling, var packets = polling.packets, !account.isFull else { return }
        isReceiving = true
        var isOver = false
        var isWhole = true
        // That nothing is left costs nothing: the answer to a POST that was taken waits for no room.
        while isOpen, !isOver, packets.isAtEnd || (!account.isFull && polling.turnCost < .light) {
            switch packets.next() {
            case .packet(let packet):
                polling.turnCost += .packet
                receive(packet)
            case .malformed:
                receive(nil)
                (isOver, isWhole) = (true, false)
            case .end:
                isOver = true
            }
        }
        let cost = polling.turnCost
        polling.turnCost = .zero
        loop.lane.spend(cost, by: self)
        // What was just handled may have ended the session, or upgraded it.
        if isOpen, self.polling === polling, !isOver {
            polling.setPackets(packets)
            if cost >= .light { loop.lane.wait(self) }
        } else {
            polling.setPackets(nil)
            finishPost(of: polling, isWhole: isWhole)
        }
        receivedBurst()
    }

    private func finishPost(of polling: PollingQueue, isWhole: Bool) {
        guard let reply = polling.post else { return }
        polling.post = nil
        _ = machine.postEnded(reply.id)
        if isWhole { reply.ok() } else { reply.fail(.badRequest) }
    }

    /// It was answered already (413); the session lives on.
    func postDropped(_ reply: EngineReply) {
        guard polling?.post?.id == reply.id else { return }
        polling?.post = nil
        _ = machine.postEnded(reply.id)
    }

    func postAborted(_ reply: EngineReply) {
        if polling?.post?.id == reply.id {
            polling?.post = nil
            polling?.setPackets(nil)
        }
        if machine.postAborted(reply.id) { end(.transportError) }
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

    func replyNoop(_ reply: EngineReply) { self.reply(reply, EngineControl.noop) }
    func replyClose(_ reply: EngineReply) { self.reply(reply, EngineControl.close) }

    private func reply(_ reply: EngineReply, _ packet: ByteBuffer) {
        var body = ByteBuffer()
        var packet = packet
        EnginePayload.appendFirst(of: &packet, to: &body)
        reply.packets(body)
    }

    /// A packet on the session's transport.
    func receive(_ packet: EnginePacket?) {
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

extension EngineSession: InputLaneUser {
    /// The rest of a POST has its turn.
    public func laneTurn() { takePackets() }
}
