import ByteText
import ChatCore
import ChatWire
import EngineIO
import JSON
import Logging
import NIOCore
import SocketIO
import SocketServer

/// One socket of one user, from its admission to its end: reads its events, keeps their order, answers them.
///
/// Bound to the socket's loop.
final class ChatSession: SocketHandler, EventCaller, Asker, @unchecked Sendable {
    // @unchecked because everything mutable is touched on the socket's loop only; other threads (the writer's) carry it
    // as the asker of a command, and read `socket`, which never changes.

    let gateway: ChatGateway
    let socket: Socket
    let liveUser: LiveUser
    let pid: String
    let claim: PidClaims.Claim?
    let connectedAt: Timestamp
    private(set) var user: User
    /// By which it is here.
    private var token: TokenHold
    /// The chats whose members hear of the user's coming and going.
    let presenceChats: [String]
    /// Of chats whose older messages the user does not see: the seq above which they do. Kept when they leave: what was
    /// told before may still be on its way to them.
    private var floors: [ChatID: Int64]
    private var start: SessionStart
    /// At the admission.
    private let unreadTotal: Int
    private var order = EventOrder() { didSet { waitingLevel.set(order.waitingBytes) } }
    /// What ``order`` keeps, in the account of the socket.
    private var waitingLevel: AccountedLevel
    /// Where the socket was the last of its user's to say that they type.
    private var typing: Set<ChatID> = []
    /// Complaints about events that ask for no ack: so many a second, whatever comes.
    private var complaints = TokenBucket(rate: 2, now: 0)
    /// An event is being taken in: what is sent goes out with what the rest of its burst sends.
    private var isReceiving = false
    private var mustFlush = false
    /// Of answers that the client has not taken; past a page the next request waits.
    private var answerBytes = 0
    private var expiryWasAnnounced = false
    /// The server stops, and the client was told: no more events are taken.
    private var isStopping = false
    /// Of tokens that were revoked while an `auth:refresh` is at work: one of them may be the one it brings.
    private var revokedMeanwhile: Set<TokenID> = []
    /// Counts the memberships that ended while the session was live: what was read before may be out of date.
    private(set) var membershipsLost = 0

    init(gateway: ChatGateway, socket: Socket, admitted: AdmittedSession) {
        self.gateway = gateway
        self.socket = socket
        waitingLevel = AccountedLevel(of: socket.account)
        liveUser = admitted.liveUser
        user = admitted.session.user
        token = TokenHold(admitted.token)
        pid = admitted.pid
        claim = admitted.claim
        unreadTotal = admitted.session.unreadTotal
        floors = admitted.session.floors
        start = admitted.start
        presenceChats = admitted.session.presenceChats.map(ChatGateway.presenceRoom)
        connectedAt = .now()
    }

    // MARK: SocketHandler

    func socketDidConnect(_ socket: Socket) {
        gateway.sessionStarted(self, by: token)
        // Another client may have come with the same `pid` meanwhile, or the token's keys were revoked.
        guard socket.isConnected else { return }
        socket.write(readyEvent())
        perform(start.begin())
        if gateway.isStopping { stopTakingEvents() }
    }

    func socket(_ socket: Socket, didReceive event: ByteString, arguments: EventArguments, ackID: Int?) {
        guard !isStopping else { return }
        isReceiving = true
        defer { isReceiving = false }
        let received = ReceivedEvent(name: event, arguments: arguments, ackID: ackID, size: socket.eventSize)
        if let wait = liveUser.takeEvent(Price.ofReceiving(received.size), now: Self.now()) {
            return fail(received, with: .tooFast("events", retryAfter: wait))
        }
        switch order.arrive(received) {
        case .run(let event): run(event)
        case .waits: break
        case .overflow(let event):
            fail(event, with: .tooFast("events that wait for earlier ones", retryAfter: .seconds(1)))
        }
    }

    func socket(_ socket: Socket, didReceiveUnusable event: ByteString, because flaw: EventFlaw, ackID: Int?) {
        guard !isStopping else { return }
        let received = ReceivedEvent(name: event, arguments: [], ackID: ackID)
        if let wait = liveUser.takeEvent(Price.ofReceiving(socket.eventSize), now: Self.now()) {
            return fail(received, with: .tooFast("events", retryAfter: wait))
        }
        fail(received, with: ChatError(flaw))
    }

    func lastWords(of socket: Socket, for reason: DisconnectReason) -> EngineFrames? {
        reason == .tooSlow && !isStopping ? gateway.events.frames(.sessionEnded(.tooSlow)) : nil
    }

    func socketWasAnswered(_ socket: Socket) {
        order.writeFinished()
        runWaiting()
    }

    func socketDidReceiveBurst(_ socket: Socket) {
        guard mustFlush else { return }
        mustFlush = false
        socket.flush()
    }

    func socketDidDrain(_ socket: Socket) {
        answerBytes = 0
        perform(start.drained())
        resume()
    }

    /// Only the transport waits for room, with its reading. What waits here is in the account itself: if it waited for
    /// room it would wait for itself.
    func socketHasRoom(_ socket: Socket) {}

    /// Goes on with what waits for the client to take its answers.
    private func resume() {
        guard order.isPaused, answerBytes == 0 else { return }
        order.isPaused = false
        runWaiting()
    }

    func socket(_ socket: Socket, didDisconnect reason: DisconnectReason) {
        if !typing.isEmpty { gateway.typing.stop(user.id, in: typing, heldBy: ObjectIdentifier(self)) }
        typing = []
        start.stop()
        // Here, on the loop: the last to let go of this may be another thread.
        order = EventOrder()
        gateway.sessionEnded(self)
    }

    // MARK: The start of the session

    private func readyEvent() -> EngineFrames {
        let json = ByteBuffer.objectText(reserving: 600) { object in
            object.field("user") { $0.writeWire(user, online: true) }
            object.field("server_time", Timestamp.now())
            object.field("limits", json: gateway.limitsObject)
            object.field("unread_total", unreadTotal)
            object.field("offset", start.offset(epoch: gateway.store.epoch, now: .now()).text)
        }
        return gateway.events.frames(ServerEvent(name: .sessionReady, json: json))
    }

    /// Does what ``SessionStart`` wants.
    private func perform(_ actions: [SessionStart.Action]) {
        var hasSent = false
        for action in actions where socket.isConnected {
            switch action {
            case .repeatOffset(let offset): socket.write(gateway.events.offset(offset))
            case .tellOffset(let revision): socket.write(gateway.events.offset(offset(revision)))
            case .send(let frames):
                socket.write(frames, counted: false)
                hasSent = true
            case .read(let cursor): readPage(from: cursor)
            case .keep: socket.keep()
            case .follow: socket.follow()
            case .release(let revision): perform(start.released(socket.release(after: revision.value)))
            case .goLive:
                order.open()
                runWaiting()
            case .end: end(.tooSlow)
            }
        }
        guard start.isSending, socket.isConnected else { return }
        socket.flush()
        // The socket took the page at once, or there was nothing in it that it could tell of: go on, after others had
        // their turn.
        if !hasSent || socket.unsentBytes == 0 {
            socket.eventLoop.assumeIsolated().execute { self.perform(self.start.drained()) }
        }
    }

    private func readPage(from cursor: MissedCursor) {
        let eventLoop = socket.eventLoop
        let userID = user.id
        let events = gateway.events
        let quietMembers = gateway.configuration.quietMembers
        gateway.store.read { view in
            let page = try view.missed(by: userID, from: cursor, bytes: ReplayPage.bytes)
            return ReplayPage(page, for: userID, quietMembers: quietMembers, events: events)
        } reply: { result in
            eventLoop.execute {
                switch result {
                case .success(let page): self.perform(self.start.pageWasRead(page))
                case .failure: self.perform(self.start.readFailed())
                }
            }
        }
    }

    private func offset(_ revision: Revision, receipts: Revision? = nil) -> Offset {
        Offset(epoch: gateway.store.epoch, revision: revision, receipts: receipts, now: .now())
    }

    // MARK: Events, in order

    private func run(_ received: ReceivedEvent) {
        do {
            guard let number = ClientEvents.number(of: received.name) else {
                throw ClientEvents.unknown(received.name)
            }
            try carryOut(ClientEvents.all[number].step(of: received, for: self), of: received, number: number)
        } catch {
            fail(received, with: ChatError.describing(error))
        }
    }

    private func carryOut(_ step: EventStep, of received: ReceivedEvent, number: Int) throws {
        if case .write(let command) = step {
            order.writeStarted()
            gateway.store.submit(
                command, reply: .asker(self, tag: AckTag(event: number, ackID: received.ackID).rawValue))
            return
        }
        var received = received
        received.isPaid = true
        guard order.readMayStart(received) else { return }
        switch step {
        case .write: break
        case .read(let body): read(body, for: received)
        case .local(let body):
            answer(received, with: body(self))
            order.stepFinished()
        case .later(let body):
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
            charge(read.owed + Price.ofAnswering(read.answer.json.readableBytes))
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
        while socket.isConnected, let next = order.next() { run(next) }
    }

    private func answer(_ received: ReceivedEvent, with answer: Answer) {
        guard let id = received.ackID else { return }
        let frames = gateway.events.encoder.ack(id, json: answer.json)
        answerBytes += frames.size
        // Answers that the client does not take are not made.
        if answerBytes >= ReplayPage.bytes { order.isPaused = true }
        send(frames, counted: false)
    }

    /// At once; but while a burst of events is taken in, at its end.
    private func send(_ frames: EngineFrames, counted: Bool = true) {
        socket.write(frames, counted: counted)
        if isReceiving { mustFlush = true } else { socket.flush() }
    }

    private func fail(_ received: ReceivedEvent, with error: ChatError) {
        // Not done because the server stops: the client is to ask again, see `stopTakingEvents`.
        if isStopping, error.code == .unavailable { return }
        if error.code == .internal {
            gateway.logger.error("event failed", metadata: ["parley.event": "\(received.name.prefix(atMost: 64))"])
        }
        if let id = received.ackID {
            send(gateway.events.ack(id, failure: error))
        } else if error.code != .rateLimited || complaints.take(now: Self.now()) == nil {
            send(gateway.events.frames(.error(error, event: received.name.prefix(atMost: 64).string)))
        }
    }

    func priceOfTelling(_ chat: ChatID) -> Int {
        Price.ofTelling(socket.neighbourCount(in: chat.rawValue) * gateway.namespace.loopCount)
    }

    // MARK: Typing

    func startTyping(in chat: ChatID) {
        typing.insert(chat)
        gateway.typing.start(user.card, in: chat, by: ObjectIdentifier(self))
    }

    func stopTyping(in chat: ChatID) {
        // Asked by every message; hardly anybody types.
        if !typing.isEmpty { typing.remove(chat) }
        gateway.typing.stop(user.id, in: chat)
    }

    // MARK: Membership and profile, as commits change them

    /// - Parameter lastSeq: the chat's, when they joined; it only grows.
    func joined(_ chat: ChatID, when lastSeq: Int64) {
        floors[chat] = max(lastSeq, floors[chat] ?? 0)
    }

    func floor(of socket: Socket, in room: ByteString) -> Int64 {
        floors.isEmpty ? 0 : floors[ChatID(room.string)] ?? 0
    }

    func lostMembership(of chat: ChatID) {
        membershipsLost += 1
        typing.remove(chat)
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
        defer { revokedMeanwhile = [] }
        switch result {
        case .success(let shown) where shown.facts.id.map(revokedMeanwhile.contains) == true,
            .success(let shown) where !gateway.verifier.stillAccepts(TokenHold(shown)):
            fail(received, with: AdmissionGate.doesNotHold)
        case .success(let shown):
            token = TokenHold(shown)
            expiryWasAnnounced = false
            answer(received, with: Answer { $0.field("expires_at", shown.expiresAt) })
        case .failure(let error):
            fail(received, with: error)
        }
        orderStepDone()
    }

    func tokenWasRevoked(_ id: TokenID) {
        if id == token.id { return end(.tokenRevoked) }
        // What the refresh read may be older than this.
        if order.current != nil { revokedMeanwhile.insert(id) }
    }

    /// Looks at what runs out; called about once a second.
    func check(now: Timestamp, monotonic: NIODeadline) {
        if token.expiresAt <= now { return end(.tokenExpired) }
        if !expiryWasAnnounced, token.expiresAt <= now.advanced(by: gateway.configuration.expiryNotice) {
            expiryWasAnnounced = true
            socket.send(gateway.events.frames(.sessionExpiring(at: token.expiresAt)))
        }
        if start.isLive, socket.lastTrailerAt < monotonic - TimeAmount(gateway.configuration.offsetAge) {
            sendFreshOffset()
        }
    }

    /// For a client that heard none for long: nothing was told, and the recovery window is to begin now.
    private func sendFreshOffset() {
        let gateway = gateway
        // Asked first, so that what was told of receipts by then is before the loop, and written by then.
        let receipts = gateway.receipts.toldUpTo(orElse: Revision(.max))
        socket.eventLoop.assumeIsolated().execute {
            guard self.start.isLive, self.socket.isConnected else { return }
            let offset = self.offset(Revision(self.socket.heardStamp), receipts: receipts)
            self.socket.sendTrailer(gateway.events.offset(offset), now: .now())
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
