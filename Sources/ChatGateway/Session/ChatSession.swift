import ByteText
import ChatCore
import EngineIO
import Logging
import NIOCore
import SocketIO

/// One socket of one user, from its admission to its end: reads its events, keeps their order, answers them.
///
/// Bound to the socket's loop.
final class ChatSession: SocketHandler, Asker, @unchecked Sendable {
    // @unchecked because everything mutable is touched on the socket's loop only; other threads (the writer's) carry it
    // as the asker of a command, and read `socket`, which never changes.

    let gateway: ChatGateway
    let socket: Socket
    let liveUser: LiveUser
    let pid: String
    let connectedAt: Timestamp
    private(set) var user: User
    /// Of the token by which it is here.
    private(set) var tokenID: TokenID?
    private var tokenExpiresAt: Timestamp
    /// The chats whose members hear of the user's coming and going.
    let presenceChats: [String]
    private var start: SessionStart
    private var events = TokenBucket(rate: 0, now: 0)
    private var order = EventOrder()
    private var typing: [ChatID: Int] = [:]
    private var expiryWasAnnounced = false
    /// The server stops, and the client was told: no more events are taken.
    private var isStopping = false
    /// Counts the memberships that ended while the session was live: what was read before may be out of date.
    private(set) var membershipsLost = 0

    init(gateway: ChatGateway, socket: Socket, admitted: AdmittedSession) {
        self.gateway = gateway
        self.socket = socket
        liveUser = admitted.liveUser
        user = admitted.session.user
        tokenID = admitted.token.facts.id
        tokenExpiresAt = admitted.token.expiresAt
        pid = admitted.pid
        start = admitted.start
        presenceChats = admitted.session.presenceChats.map(ChatGateway.presenceRoom)
        connectedAt = .now()
        events = TokenBucket(rate: gateway.configuration.eventRate, now: Self.now())
    }

    static func now() -> Int64 { Int64(truncatingIfNeeded: NIODeadline.now().uptimeNanoseconds) }

    // MARK: SocketHandler

    func socketDidConnect(_ socket: Socket) {
        gateway.sessionStarted(self)
        socket.write(readyEvent())
        continueStart()
        if gateway.isStopping { stopTakingEvents() }
    }

    func socket(_ socket: Socket, didReceive event: ByteString, arguments: [JSONValue], ackID: Int?) {
        guard !isStopping else { return }
        let received = ReceivedEvent(name: event, arguments: arguments, ackID: ackID)
        if let wait = events.take(now: Self.now()) {
            return fail(received, with: .tooFast("events", retryAfter: wait))
        }
        switch order.arrive(received) {
        case .run(let event): run(event)
        case .waits: break
        case .overflow(let event):
            fail(event, with: .tooFast("events that wait for earlier ones", retryAfter: .seconds(1)))
        }
    }

    func socketWasAnswered(_ socket: Socket) {
        order.writeFinished()
        runWaiting()
    }

    func socketDidDrain(_ socket: Socket) { continueStart() }

    func socket(_ socket: Socket, didDisconnect reason: DisconnectReason) {
        for chat in typing.keys { tellTyping(false, in: chat) }
        typing = [:]
        start = .live
        gateway.sessionEnded(self)
    }

    // MARK: The start of the session

    private func readyEvent() -> EngineFrames {
        let json = ByteBuffer.objectText(reserving: 600) { object in
            object.field("user") { $0.writeWire(user, online: true) }
            object.field("server_time", Timestamp.now())
            object.field("limits", json: gateway.limitsObject)
            object.field("unread_total", start.unreadTotal)
            object.field("offset", start.offset(epoch: gateway.store.epoch).text)
        }
        return gateway.events.encoder.event("session:ready", json: json)
    }

    /// Tells what was missed, as fast as the socket takes it, and then lets it hear live.
    private func continueStart() {
        switch start {
        case .live:
            return
        case .fresh(let revision, _):
            socket.write(gateway.events.offset(Offset(epoch: gateway.store.epoch, revision: revision)))
            goLive(after: revision)
        case .replaying(var replay, let unreadTotal):
            // Before anything new: where the client stood. It covers nothing that was not told.
            if replay.isUntouched { socket.write(gateway.events.offset(replay.given)) }
            guard let part = replay.nextPart() else {
                socket.write(gateway.events.offset(Offset(epoch: gateway.store.epoch, revision: replay.end)))
                return goLive(after: replay.end)
            }
            start = .replaying(replay, unreadTotal: unreadTotal)
            socket.write(part, counted: false)
            socket.flush()
            if socket.unsentBytes == 0 { scheduleNextPart() }
        }
    }

    /// The socket took a part at once: go on, after others had their turn.
    private func scheduleNextPart() {
        socket.eventLoop.assumeIsolated().execute { self.continueStart() }
    }

    private func goLive(after revision: Revision) {
        if socket.release(after: revision.value) {
            start = .live
            order.open()
            runWaiting()
        } else {
            readWhatPassed(after: revision)
        }
    }

    /// More was committed than could be held back meanwhile: it is read from the store, as if it had been missed.
    private func readWhatPassed(after revision: Revision) {
        let eventLoop = socket.eventLoop
        let userID = user.id
        let events = gateway.events
        let quietMembers = gateway.configuration.quietMembers
        let given = Offset(epoch: gateway.store.epoch, revision: revision)
        start = .live  // until the answer is here nothing drains into anything
        gateway.store.read { view in
            let changes = try view.changes(
                for: userID, after: revision, receiptsAfter: revision, limit: Replay.maxChanges)
            return Replay(changes, for: userID, given: given, quietMembers: quietMembers, events: events)
        } reply: { result in
            eventLoop.execute {
                guard case .success(let replay) = result else { return self.socket.closeTransport(.tooSlow) }
                self.start = .replaying(replay, unreadTotal: 0)
                self.continueStart()
            }
        }
    }

    // MARK: Events, in order

    private func run(_ received: ReceivedEvent) {
        do {
            guard let number = ClientEvents.numbers[received.name] else {
                throw ChatError(.invalid, "There is no event \(received.name.prefix(atMost: 64)).")
            }
            let event = try ClientEvents.all[number].init(try Fields(received.arguments))
            try carryOut(event.step(in: self), of: received, number: number)
        } catch {
            fail(received, with: ChatError.describing(error))
        }
    }

    private func carryOut(_ step: EventStep, of received: ReceivedEvent, number: Int) throws {
        switch step {
        case .write(let command):
            order.writeStarted()
            gateway.store.submit(
                command, reply: .asker(self, tag: AckTag(event: number, ackID: received.ackID).rawValue))
        case .read(let body):
            guard order.readMayStart(received) else { return }
            read(body, for: received)
        case .local(let body):
            guard order.readMayStart(received) else { return }
            answer(received, with: body(self))
            order.stepFinished()
        case .later(let body):
            guard order.readMayStart(received) else { return }
            order.current = received
            body(self)
        }
    }

    private func read(_ body: @escaping @Sendable (any ChatReadView) throws -> ReadAnswer, for received: ReceivedEvent)
    {
        let eventLoop = socket.eventLoop
        let seen = membershipsLost
        gateway.store.read(body) { result in
            eventLoop.execute { self.finishRead(result, of: received, body: body, membershipsSeen: seen) }
        }
    }

    private func finishRead(
        _ result: Result<ReadAnswer, ChatError>, of received: ReceivedEvent,
        body: @escaping @Sendable (any ChatReadView) throws -> ReadAnswer, membershipsSeen: Int
    ) {
        guard socket.isConnected else { return }
        switch result {
        case .success(let read):
            if read.dependsOnMembership, membershipsSeen != membershipsLost { return self.read(body, for: received) }
            read.then?(self)
            answer(received, with: read.answer)
        case .failure(let error):
            fail(received, with: error)
        }
        orderStepDone()
    }

    private func orderStepDone() {
        order.stepFinished()
        runWaiting()
    }

    private func runWaiting() {
        guard !isStopping else { return }
        while let next = order.next() { run(next) }
    }

    private func answer(_ received: ReceivedEvent, with answer: Answer) {
        guard let id = received.ackID else { return }
        socket.send(gateway.events.encoder.ack(id, json: answer.json), counted: false)
    }

    private func fail(_ received: ReceivedEvent, with error: ChatError) {
        // Not done because the server stops: the client is to ask again, see `stopTakingEvents`.
        if isStopping, error.code == .unavailable { return }
        if error.code == .internal {
            gateway.logger.error("event failed", metadata: ["parley.event": "\(received.name.prefix(atMost: 64))"])
        }
        if let id = received.ackID {
            socket.send(gateway.events.ack(id, failure: error))
        } else {
            socket.send(gateway.events.frames(.error(error, event: received.name.prefix(atMost: 64).string)))
        }
    }

    // MARK: Limits

    /// - Throws: `rate_limited` with `retry_after_ms`.
    func spendMessage() throws(ChatError) {
        if let wait = liveUser.takeMessage(now: Self.now()) { throw .tooFast("messages", retryAfter: wait) }
    }

    // MARK: Typing

    func startTyping(in chat: ChatID) {
        let mark = (typing[chat] ?? 0) &+ 1
        typing[chat] = mark
        tellTyping(true, in: chat)
        let timeout = TimeAmount(gateway.configuration.typingTimeout)
        socket.eventLoop.assumeIsolated().scheduleTask(in: timeout) { [weak self] () -> Void in
            guard let self, self.typing[chat] == mark else { return }
            self.stopTyping(in: chat)
        }
    }

    func stopTyping(in chat: ChatID) {
        guard typing.removeValue(forKey: chat) != nil else { return }
        tellTyping(false, in: chat)
    }

    private func tellTyping(_ starts: Bool, in chat: ChatID) {
        gateway.namespace.deliverLocally(
            gateway.events.frames(.typing(starts, chat: chat, user: user.card)),
            to: BroadcastTarget(rooms: [chat.rawValue], except: [ChatGateway.room(of: user.id)], volatile: false))
    }

    // MARK: Membership and profile, as commits change them

    func lostMembership(of chat: ChatID) {
        membershipsLost += 1
        typing.removeValue(forKey: chat)
    }

    func profileChanged(to card: UserCard) {
        user.username = card.username
        user.displayName = card.displayName
        user.avatarURL = card.avatarURL
    }

    // MARK: Token and end

    /// Answers the `auth:refresh` at work.
    func refresh(with text: String) {
        let eventLoop = socket.eventLoop
        let userID = user.id
        gateway.admission.verify(text, of: userID) { result in
            eventLoop.execute { self.finishRefresh(result) }
        }
    }

    private func finishRefresh(_ result: Result<VerifiedToken, ChatError>) {
        guard socket.isConnected, let received = order.current else { return }
        order.current = nil
        switch result {
        case .success(let token):
            tokenID = token.facts.id
            tokenExpiresAt = token.expiresAt
            expiryWasAnnounced = false
            answer(received, with: Answer { $0.field("expires_at", token.expiresAt) })
        case .failure(let error):
            fail(received, with: error)
        }
        orderStepDone()
    }

    /// Looks at what runs out; called about once a second.
    func check(now: Timestamp, monotonic: NIODeadline) {
        if tokenExpiresAt <= now { return end(.tokenExpired) }
        if !expiryWasAnnounced, tokenExpiresAt <= now.advanced(by: gateway.configuration.expiryNotice) {
            expiryWasAnnounced = true
            socket.send(gateway.events.frames(.sessionExpiring(at: tokenExpiresAt)))
        }
        if start.isLive, socket.lastTrailerAt < monotonic - TimeAmount(gateway.configuration.offsetAge) {
            socket.repeatTrailer(now: monotonic)
        }
    }

    /// See ``ChatGateway/stopTakingEvents()``.
    func stopTakingEvents() {
        guard socket.isConnected, !isStopping else { return }
        isStopping = true
        socket.send(gateway.events.frames(.sessionEnded(.restart)))
    }

    /// Tells the client why, and ends the session in the way that makes a stock client come back, or stay away.
    func end(_ end: SessionEnd) {
        guard socket.isConnected else { return }
        // A client that was told of the restart is not told twice.
        if end != .restart || !isStopping { socket.write(gateway.events.frames(.sessionEnded(end))) }
        if end.reconnect {
            socket.closeTransport(end == .tooSlow ? .tooSlow : .forcedClose)
        } else {
            socket.disconnect(closingConnection: true)
        }
    }
}
