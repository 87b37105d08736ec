public import NIOCore
public import SocketServer

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
    /// While something waits for the client.
    var stall: StallWatch?
    /// What came together is being handled: what that sends leaves when it is done.
    var isReceiving = false
    private var flushIsDue = false
    /// ``sessionDidDrain`` is owed to the handler; on polling.
    private var owesDrain = false
    /// Of a WebSocket the link counts it.
    public var inputShare: InputShare {
        get { polling?.inputShare ?? .stranger }
        set { polling?.inputShare = newValue }
    }
    private var endReason: EngineCloseReason?

    init(
        handshake: EngineHandshake, transport: EngineTransport, loop: EngineLoop, directory: EngineDirectory
    ) {
        id = RandomID.make()
        eventLoop = loop.eventLoop
        self.handshake = handshake
        self.loop = loop
        self.directory = directory
        account = ByteAccount(
            limit: loop.configuration.beforeTrust?.memory ?? loop.configuration.connectionMemory, terms: loop.memory)
        machine = EngineSessionMachine(transport: transport)
        if transport == .polling { polling = PollingQueue(account: account) }
    }

    var configuration: EngineConfiguration { loop.configuration }

    /// The transport in use: `polling` or `websocket`.
    public var transportName: String { machine.transport.rawValue }

    /// Lets go of what was sent with the request but these headers; names in lower case.
    package func reduceHandshake(toHeaders names: [String]) { handshake = handshake.reduced(toHeaders: names) }

    /// Somebody vouches for the client: it gives way to no other from now on, and may send and have kept for it what is
    /// configured, where it had less before (``EngineConfiguration/beforeTrust``).
    public func trust() {
        guard !isTrusted else { return }
        isTrusted = true
        inputShare = InputShare()
        account.limit = configuration.connectionMemory
        stranger?.vouch()
        link?.vouch()
        candidate?.vouch()
        link?.setMaxPayload(maxPayload)
        candidate?.setMaxPayload(maxPayload)
    }

    /// Nobody vouches for it any more: it left.
    public func distrust() {
        guard isTrusted, isOpen else { return }
        isTrusted = false
        inputShare = .stranger
        account.limit = configuration.beforeTrust?.memory ?? configuration.connectionMemory
        link?.setMaxPayload(maxPayload)
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

    /// Bytes of one packet from the client.
    var maxPayload: Int {
        isTrusted ? configuration.maxPayload : configuration.beforeTrust?.maxPayload ?? configuration.maxPayload
    }

    /// Handling the packet at work costs so much besides its bytes: the client's next turn comes later by that.
    public func spend(_ cost: InputCost) {
        if let link { link.spend(cost) } else { polling?.turnCost += cost }
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
    /// an answer), only in the ``account``, and the handler hears ``EngineSessionHandler/sessionDidDrain(_:)`` once all
    /// such have left, so that it sends the next part of something long only then.
    public func send(_ frames: EngineFrames, counted: Bool) {
        guard isOpen else { return }
        enqueue(frames.bytes, counted: counted)
    }

    /// Sends everything queued: one write to a WebSocket, or the answer to the GET that waits. While what came from the
    /// client is being handled, that is put off until all that came together was.
    public func flush() {
        guard isOpen else { return }
        if isReceiving { return flushIsDue = true }
        if let link {
            link.flush()
            if link.isBehind { outputWaits(counted: link.countedBytes) }
        } else if let polling, !polling.isEmpty {
            if let reply = polling.parked {
                _ = machine.takePoll()
                polling.parked = nil
                answer(reply)
            }
            if !polling.isEmpty { outputWaits(counted: polling.counted) }
        }
    }

    /// What came together was handled.
    func receivedBurst() {
        isReceiving = false
        if isOpen { handler?.sessionDidReceiveBurst(self) }
        guard flushIsDue else { return }
        flushIsDue = false
        flush()
    }

    /// Bytes queued that the kernel has not taken, or no GET fetched.
    public var unsentBytes: Int {
        link?.unsentBytes ?? polling?.size ?? 0
    }

    /// Ends the session: what was sent is flushed, then a WebSocket gets a close frame, polling a `1` packet with a GET
    /// of its own. With `discard` what is unsent is dropped, and the connection with it. The handler hears
    /// `didCloseWith` before this returns.
    public func close(_ reason: EngineCloseReason, discard: Bool = false) {
        end(reason, discard: discard, lingers: !discard)
    }

    func enqueue(_ bytes: ByteBuffer, counted: Bool) {
        if let link { return link.write(bytes, isCounted: counted) }
        polling?.append(bytes, isCounted: counted)
        if !counted { owesDrain = true }
    }

    func drained() { if isOpen { handler?.sessionDidDrain(self) } }

    /// Answers a GET with what is queued.
    func answer(_ reply: EngineReply) {
        guard let polling else { return }
        reply.packets(polling.takeBody(maxBytes: configuration.maxPayload))
        guard owesDrain, polling.uncounted == 0 else { return }
        owesDrain = false
        later { $0.drained() }
    }

    // MARK: Beginning and end

    /// Begins over a WebSocket.
    func begin(on socket: WebSocketConnection, makeHandler: (EngineSession) -> any EngineSessionHandler) {
        socket.delegate = self
        socket.stranger?.becomeSession()
        socket.account = account
        socket.maximumMessageSize = maxPayload
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
        account.open(for: self)
        loop.pings.arm(heartbeat, owner: self)
        let made = makeHandler(self)
        if let endReason { made.session(self, didCloseWith: endReason) } else { handler = made }
    }

    /// - Parameters:
    ///   - discard: what is unsent is dropped, and the connection with it, unless the handler has last words.
    ///   - lingers: what is left waits for a client that polls.
    func end(_ reason: EngineCloseReason, discard: Bool = false, lingers: Bool = false) {
        guard isOpen else { return }
        let lastWords = discard && lingers ? handler?.lastWords(of: self, for: reason) : nil
        if discard { polling?.removeAll() }
        if let lastWords { polling?.append(lastWords.bytes, isCounted: false) }
        guard machine.close(lingers: lingers, hasQueued: polling?.isEmpty == false) else { return }
        endReason = reason
        stranger?.leave()
        heartbeat.disarm()
        otherDeadline?.disarm()
        stall?.deadline.disarm()
        stall = nil
        _ = machine.candidateEnded()
        candidate?.close()
        candidate = nil
        if let polling { endPolling(polling, reason: reason) }
        if let link {
            self.link = nil
            directory.remove(id)
            account.open(for: LeavingLink(link))
            close(link, discard: discard, lastWords: lastWords)
        } else if machine.phase == .closing {
            arm(loop.closes)
        } else {
            forget()
        }
        let handler = handler
        self.handler = nil
        handler?.session(self, didCloseWith: reason)
    }

    /// Nobody asks for it any more.
    func forget() {
        directory.remove(id)
        account.close()
    }

    private func close(_ link: EngineLink, discard: Bool, lastWords: EngineFrames?) {
        if let lastWords {
            link.closeDropping(lastWords: lastWords.bytes)
        } else if discard {
            link.abort()
        } else {
            link.close()
        }
    }

    private func endPolling(_ polling: PollingQueue, reason: EngineCloseReason) {
        if let reply = polling.parked {
            _ = machine.takePoll()
            polling.parked = nil
            // A client that closed knows; its GET is only let go.
            if !polling.isEmpty {
                reply.packets(polling.takeBody(maxBytes: configuration.maxPayload))
            } else if reason == .transportClose {
                replyNoop(reply)
            } else {
                replyClose(reply)
            }
        }
        // The POST at work is answered by whoever takes it.
        guard !isReceiving else { return }
        polling.setPackets(nil)
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
        if let stall, deadline === stall.deadline { return lookAtStall(stall) }
        if machine.phase == .closing {
            if machine.lingerEnded() { forget() }
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
