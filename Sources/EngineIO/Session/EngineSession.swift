public import NIOCore
import SocketServer

/// One client's session, over whichever transport it has at the moment.
///
/// Bound to ``eventLoop``: everything is called there, and its handler is. What is sent is queued until ``flush()``, in
/// order, across an upgrade too. On a WebSocket that is the channel's queue; on polling it waits for the client's GET.
public final class EngineSession {
    /// Unguessable; 20 URL-safe characters.
    public let id: String
    /// The loop on which it lives, from the handshake to its end.
    public let eventLoop: any EventLoop
    /// The request that made it, or what is kept of it.
    public private(set) var handshake: EngineHandshake

    /// All that is kept for the client, over whichever transport: whoever keeps something for it takes the bytes from
    /// here. At its limit (``EngineConfiguration/maxConnectionMemory``) nothing more is read from the client.
    public let account: ByteAccount

    var handler: (any EngineSessionHandler)?
    var machine: EngineSessionMachine
    /// What polling needs; nil once a WebSocket is the transport.
    var polling: PollingQueue?
    /// The transport, once that is a WebSocket.
    var link: EngineLink?
    /// A WebSocket that is on its way to be the transport.
    var candidate: EngineLink?
    let directory: EngineDirectory
    let loop: EngineLoop
    /// Its place among those whom nobody vouches for, where it began over polling: no connection is its own then.
    private(set) var stranger: Stranger?
    /// Whether somebody vouches for the client.
    public private(set) var isTrusted = false
    private let heartbeat = Deadline()
    private var otherDeadline: Deadline?
    /// Uncounted bytes that a WebSocket has not sent yet.
    private var uncountedBytes = 0
    private var endReason: EngineCloseReason?

    init(
        handshake: EngineHandshake, transport: EngineTransport, loop: EngineLoop, directory: EngineDirectory
    ) {
        id = SessionID.make()
        eventLoop = loop.eventLoop
        self.handshake = handshake
        self.loop = loop
        self.directory = directory
        account = ByteAccount(
            limit: loop.configuration.beforeTrust?.memory ?? loop.configuration.connectionMemory, terms: loop.memory)
        machine = EngineSessionMachine(transport: transport)
        if transport == .polling { polling = PollingQueue() }
    }

    var configuration: EngineConfiguration { loop.configuration }

    /// The transport in use: `polling` or `websocket`.
    public var transportName: String { machine.transport.rawValue }

    /// Lets go of what was sent with the request but these headers; names in lower case.
    public func reduceHandshake(toHeaders names: [String]) { handshake = handshake.reduced(toHeaders: names) }

    /// Somebody vouches for the client: it gives way to no other from now on, and may send and have kept for it what is
    /// configured, where it had less before (``EngineConfiguration/beforeTrust``).
    public func trust() {
        guard !isTrusted else { return }
        isTrusted = true
        account.limit = configuration.connectionMemory
        stranger?.vouch()
        link?.vouch()
        candidate?.vouch()
    }

    /// Nobody vouches for it any more: it left, or was refused.
    public func distrust() {
        guard isTrusted, isOpen else { return }
        isTrusted = false
        account.limit = configuration.beforeTrust?.memory ?? configuration.connectionMemory
        let key = AddressKey(handshake.remoteAddress)
        if let stranger { stranger.becomeStranger(key) } else { link?.becomeStranger(key) }
    }

    /// Takes a place among those whom nobody vouches for.
    func beginAsStranger(of exchange: HTTPExchange) {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        stranger = exchange.makeStranger { [eventLoop] in
            eventLoop.execute { bound.value.close(.forcedClose, discard: true) }
        }
    }

    /// Whether it takes and delivers messages.
    public var isOpen: Bool { machine.phase == .open }

    // MARK: Sending

    /// The way straight to the client's WebSocket; `nil` on polling, and on a WebSocket of another loop.
    public var outlet: EngineOutlet? {
        if case .local(let socket) = link { EngineOutlet(socket) } else { nil }
    }

    /// Queues packets; nothing leaves before ``flush()``. Without effect on a closed session.
    public func send(_ frames: EngineFrames) {
        send(frames, counted: true)
    }

    /// Queues packets. With `counted` false they do not count against ``EngineConfiguration/maxSendQueue`` (a replay,
    /// a large answer), and the handler hears ``EngineSessionHandler/sessionDidDrain(_:)`` once all such have left,
    /// so that it sends the next part of something long only then.
    public func send(_ frames: EngineFrames, counted: Bool) {
        guard isOpen else { return }
        enqueue(frames.bytes, counted: counted)
    }

    /// Sends everything queued: one write to a WebSocket, or the answer to the GET that waits.
    public func flush() {
        guard isOpen else { return }
        if let link {
            link.flush()
            if !link.isWritable { endIfTooSlow(unsent: link.bufferedBytes - uncountedBytes) }
        } else if let polling {
            if !polling.isEmpty, let reply = polling.parked {
                _ = machine.takePoll()
                polling.parked = nil
                answer(reply)
            } else {
                endIfTooSlow(unsent: polling.counted)
            }
        }
    }

    /// Bytes queued that the kernel has not taken, or no GET fetched.
    public var unsentBytes: Int {
        link?.bufferedBytes ?? polling?.size ?? 0
    }

    /// Ends the session: what was sent is flushed, then a WebSocket gets a close frame, polling a `1` packet with the
    /// GET that waits or the next one. With `discard` what is unsent is dropped, and the connection with it. The
    /// handler hears `didCloseWith` before this returns.
    public func close(_ reason: EngineCloseReason, discard: Bool = false) {
        end(reason, discard: discard, lingers: !discard)
    }

    func enqueue(_ bytes: ByteBuffer, counted: Bool) {
        guard let link else {
            polling?.append(bytes, isCounted: counted)
            return
        }
        if counted { return link.write(bytes) }
        let size = bytes.readableBytes
        uncountedBytes += size
        let promise = eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        promise.futureResult.whenComplete { result in
            let session = bound.value
            session.uncountedBytes -= size
            guard case .success = result, session.uncountedBytes == 0, session.isOpen else { return }
            session.handler?.sessionDidDrain(session)
        }
        link.write(bytes, promise: promise)
    }

    private func endIfTooSlow(unsent: Int) {
        if unsent > configuration.maxSendQueue { end(.tooSlow, discard: true, lingers: false) }
    }

    /// Answers a GET with what is queued.
    func answer(_ reply: EngineReply) {
        guard let polling else { return }
        reply.packets(polling.takeBody(maxBytes: configuration.maxPayload).body)
        if polling.isEmpty { handler?.sessionDidDrain(self) }
    }

    // MARK: Beginning and end

    /// Begins over a WebSocket.
    func begin(on socket: WebSocketConnection, makeHandler: (EngineSession) -> any EngineSessionHandler) {
        socket.delegate = self
        socket.stranger?.becomeSession()
        link = .local(socket)
        directory.add(self)
        socket.write(EngineControl.open(id: id, transport: .websocket, configuration: configuration))
        socket.flush()
        start(makeHandler)
    }

    /// Begins with the answer to a GET.
    func begin(answering reply: EngineReply, makeHandler: (EngineSession) -> any EngineSessionHandler) {
        directory.add(self)
        var body = ByteBuffer()
        var packet = EngineControl.open(id: id, transport: .polling, configuration: configuration)
        EnginePayload.appendFirst(of: &packet, to: &body)
        reply.packets(body)
        start(makeHandler)
    }

    private func start(_ makeHandler: (EngineSession) -> any EngineSessionHandler) {
        loop.pings.arm(heartbeat, owner: self)
        let made = makeHandler(self)
        if let endReason { made.session(self, didCloseWith: endReason) } else { handler = made }
    }

    func end(_ reason: EngineCloseReason, discard: Bool = false, lingers: Bool = false) {
        guard machine.close(lingers: lingers) else { return }
        endReason = reason
        stranger?.leave()
        heartbeat.disarm()
        otherDeadline?.disarm()
        _ = machine.candidateEnded()
        candidate?.close()
        candidate = nil
        if let link {
            self.link = nil
            if discard { link.abort() } else { link.close() }
        }
        if let polling { endPolling(polling, reason: reason, discard: discard, lingers: lingers) }
        if machine.phase == .closing {
            arm(loop.closes)
        } else {
            directory.remove(id)
        }
        let handler = handler
        self.handler = nil
        handler?.session(self, didCloseWith: reason)
    }

    private func endPolling(_ polling: PollingQueue, reason: EngineCloseReason, discard: Bool, lingers: Bool) {
        if discard { polling.removeAll() }
        if let reply = polling.parked {
            _ = machine.takePoll()
            polling.parked = nil
            // A client that closed knows; its GET is only let go.
            let last = reason == .transportClose ? EngineControl.noop : EngineControl.close
            let (body, isWhole) = polling.takeBody(maxBytes: configuration.maxPayload, last: last)
            reply.packets(body)
            if !isWhole, lingers { machine.keepLingering() }
        }
        polling.post?.fail(.badRequest)
        polling.post = nil
    }

    // MARK: Deadlines

    func arm(_ queue: DeadlineQueue) {
        let deadline = otherDeadline ?? Deadline()
        otherDeadline = deadline
        queue.arm(deadline, owner: self)
    }

    func disarmOther() {
        otherDeadline?.disarm()
    }

    func rearmPing() {
        loop.pings.arm(heartbeat, owner: self)
    }

    /// The timer may be late by its granularity; a request that comes in between must not find a session that is over.
    func endIfTimedOut() {
        guard machine.heartbeat == .pongAwaited, heartbeat.isArmed, heartbeat.time <= eventLoop.now else { return }
        end(.pingTimeout)
    }
}

extension EngineSession: DeadlineOwner {
    public func deadlineReached(_ deadline: Deadline) {
        if deadline === heartbeat { return heartbeatReached(due: deadline.time) }
        if machine.phase == .closing {
            if machine.lingerEnded() { directory.remove(id) }
        } else {
            dropCandidate()
        }
    }

    private func heartbeatReached(due: NIODeadline) {
        switch machine.heartbeatDue() {
        case .none:
            break
        case .timeout:
            end(.pingTimeout)
        case .ping:
            // The answer is due by the schedule, unless this loop itself was held up.
            let now = eventLoop.now
            loop.pongs.arm(heartbeat, owner: self, from: now - due < .milliseconds(20) ? due : now)
            enqueue(EngineControl.ping, counted: true)
            flush()
        }
    }
}

@available(*, unavailable)
extension EngineSession: Sendable {}
