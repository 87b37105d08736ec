public import NIOCore
public import SocketServer

/// A session's WebSocket: the transport, or the candidate of an upgrade.
extension EngineSession: WebSocketDelegate {
    public func webSocket(_ socket: WebSocketConnection, didReceiveText text: ByteBuffer) {
        linkReceived(text: text, from: ObjectIdentifier(socket))
    }

    public func webSocket(_ socket: WebSocketConnection, didReceiveBinary bytes: ByteBuffer) {
        linkReceived(binary: bytes, from: ObjectIdentifier(socket))
    }

    public func webSocketDidReceiveBurst(_ socket: WebSocketConnection) {
        linkReceivedBurst(from: ObjectIdentifier(socket))
    }

    public func webSocketDidDrain(_ socket: WebSocketConnection) {
        if let link, link.id == ObjectIdentifier(socket) { drained() }
    }

    public func webSocket(_ socket: WebSocketConnection, didCloseWith reason: WebSocketCloseReason) {
        linkClosed(ObjectIdentifier(socket), reason: reason)
    }

    /// Brings a WebSocket to the session it names. Called on the WebSocket's loop, which is the session's wherever the
    /// connection could be moved there.
    static func offer(
        _ socket: WebSocketConnection, to entry: EngineDirectory.Entry, configuration: EngineConfiguration
    ) {
        if socket.eventLoop === entry.eventLoop {
            let session = entry.session.value
            guard session.isWelcome() else { return socket.close() }
            socket.delegate = session
            session.candidate = .local(socket)
            if session.isTrusted { socket.vouch() }
            socket.account = session.account
            socket.maximumMessageSize = session.maxPayload
            return
        }
        let (id, socketLoop) = (ObjectIdentifier(socket), socket.eventLoop)
        let bound = NIOLoopBound(socket, eventLoop: socketLoop)
        let delegate = HoppedWebSocketDelegate(entry: entry, socket: socket)
        socket.delegate = delegate
        socket.account = ByteAccount(
            limit: configuration.connectionMemory,
            terms: ByteAccount.Terms(eventLoop: socketLoop, pool: configuration.memory), owner: delegate)
        entry.eventLoop.execute {
            let session = entry.session.value
            let hopped = HoppedWebSocket(
                id: id, socket: bound, socketLoop: socketLoop, sessionLoop: entry.eventLoop, account: session.account,
                lane: session.loop.lane
            ) { [weak session] in session?.drained() }
            guard session.isWelcome() else { return hopped.close() }
            session.candidate = .remote(hopped)
            if session.isTrusted { session.candidate?.vouch() }
            session.candidate?.setMaxPayload(session.maxPayload)
        }
    }

    /// Whether an upgrade may begin; it has begun then.
    private func isWelcome() -> Bool {
        endIfTimedOut()
        guard machine.candidateArrived() else { return false }
        arm(loop.upgrades)
        return true
    }

    func linkReceived(text: ByteBuffer, from id: ObjectIdentifier) {
        if let link, link.id == id {
            isReceiving = true
            link.spendOnHop(text)
            receive(EnginePacket(text: text))
        } else if let candidate, candidate.id == id {
            candidateReceived(EnginePacket(text: text), on: candidate)
        }
    }

    func linkReceived(binary: ByteBuffer, from id: ObjectIdentifier) {
        if let link, link.id == id {
            isReceiving = true
            link.spendOnHop(binary)
            receive(.binary(binary))
        } else if candidate?.id == id {
            dropCandidate()
        }
    }

    func linkReceivedBurst(from id: ObjectIdentifier) {
        guard let link, link.id == id else { return }
        if isOpen { receivedBurst() }
        if case .remote(let socket) = link { socket.burstEnded() }
    }

    func linkClosed(_ id: ObjectIdentifier, reason: WebSocketCloseReason) {
        if let link, link.id == id {
            switch reason {
            case .violation: end(.transportError)
            case .peer, .disconnected, .local: end(.transportClose)
            }
        } else if candidate?.id == id {
            dropCandidate()
        }
    }

    private func candidateReceived(_ packet: EnginePacket?, on candidate: EngineLink) {
        switch machine.candidateReceived(packet, now: eventLoop.now) {
        case .answerProbe(let parked):
            candidate.write(EngineControl.probePong, isCounted: true)
            candidate.flush()
            if parked != nil { releaseParked() }
        case .promote(let parked):
            promote(candidate, releasing: parked != nil)
        case .drop:
            closeCandidate()
        }
    }

    /// The candidate becomes the transport; what polling did not deliver goes out first.
    private func promote(_ socket: EngineLink, releasing: Bool) {
        disarmOther()
        if releasing { releaseParked() }
        // Letting the GET go told the handler, which may have ended the session.
        guard isOpen else { return }
        candidate = nil
        link = socket
        let left = polling
        polling = nil
        left?.post?.fail(.badRequest)
        if account.isFull { socket.setReadingHeld(true) }
        if let left, !left.isEmpty {
            for (frames, isCounted) in left.frames { enqueue(frames, counted: isCounted) }
            flush()
        }
        if isOpen { handler?.sessionDidChangeOutlet(self) }
    }

    /// The candidate is gone, or gives up; the session stays on polling.
    func dropCandidate() {
        guard machine.candidateEnded() else { return }
        closeCandidate()
    }

    private func closeCandidate() {
        disarmOther()
        candidate?.close()
        candidate = nil
    }
}
