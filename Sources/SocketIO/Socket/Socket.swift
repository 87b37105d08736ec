import ByteText
import EngineIO
import JSON
import NIOCore
public import SocketServer
import Synchronization

/// One client in one namespace.
///
/// Its state lives on ``eventLoop``, and its handlers are called there. What is public may be called from any thread:
/// on the loop it acts at once, elsewhere it is handed over, in the order called.
public final class Socket: @unchecked Sendable {
    // @unchecked because everything mutable is touched on `eventLoop` only, which every public entry makes sure of.

    /// A room and the place in its list of members.
    struct Place {
        let room: RoomIndex.Room
        var index: Int
    }

    /// Unique in the namespace, and unguessable. By Socket.IO's custom also a room of its own.
    public let id: String
    public let namespace: Namespace
    public let eventLoop: any EventLoop
    public let handshake: EngineHandshake
    /// The auth payload of CONNECT; null where a ``ConnectionGate`` did not want it kept.
    public let auth: JSONValue
    /// What its events may bring.
    let eventLimits: EventLimits

    /// Lets go of the socket when the session ends; until then the two own each other.
    let client: Client
    let roomIndex: RoomIndex
    /// What handles the socket's events that no closure is for; on the loop. `nil` where no ``ConnectionGate`` made
    /// one.
    public internal(set) var handler: (any SocketHandler)?
    /// Closures for its events, once there is one.
    var listeners: SocketListeners?
    /// What the application keeps for it; made when it is first asked for, or by middleware.
    private let keptData = AtomicLazyReference<SocketData>()
    /// How it can be recovered, where that is offered.
    let recovery: SocketRecovery?
    var places: [Place] = []
    /// Its own as long as it is connected.
    private(set) var seat: SeatTable.Number = -1
    private var pending: PendingAcks?
    public private(set) var isConnected = true
    private var holding: Holding?
    /// What its rooms at its beginning were as of.
    let admittedStamp: Int64

    /// What becomes of the batches that pass before it hears live.
    private enum Holding {
        /// They are kept.
        case keeping(HeldDeliveries)
        /// They only move it from room to room, at once. `overflowed`: though they were to be kept.
        case following(overflowed: Bool)
    }

    init(
        id: String, namespace: Namespace, client: Client, rooms: RoomIndex, auth: JSONValue, limits: EventLimits,
        held: HeldDeliveries?, admittedStamp: Int64 = .min, data: SocketData? = nil, recovery: SocketRecovery? = nil
    ) {
        self.id = id
        self.namespace = namespace
        self.client = client
        roomIndex = rooms
        self.auth = auth
        self.recovery = recovery
        eventLimits = limits
        self.admittedStamp = admittedStamp
        holding = held.map { .keeping($0) }
        eventLoop = client.session.eventLoop
        handshake = client.session.handshake
        seat = roomIndex.seats.add(self, knownStamp: held == nil ? .min : .max)
        held?.socket = self
        if let data { _ = keptData.storeIfNil(data) }
    }

    /// What the application keeps for the socket. Middleware may have put something there.
    public var data: SocketData { keptData.load() ?? keptData.storeIfNil(SocketData()) }

    /// Whether the client came back within the window of ``ConnectionStateRecovery``: the socket has the id, rooms and
    /// data that it had, and was sent what it missed.
    public var recovered: Bool { recovery?.isRecovered ?? false }

    /// Acts on the loop: at once when there, else handed over.
    func onLoop(_ body: @escaping @Sendable () -> Void) {
        if eventLoop.inEventLoop { body() } else { eventLoop.execute(body) }
    }

    /// As ``onLoop(_:)``, after what ``NamespaceRecovery`` has handed to the loop before.
    private func onLoopInOrder(_ body: @escaping @Sendable () -> Void) {
        if eventLoop.inEventLoop, namespace.recovery?.isWaiting(on: eventLoop) != true {
            body()
        } else {
            eventLoop.execute(body)
        }
    }

    /// Where handlers that are `async` run.
    var taskExecutor: LoopTaskExecutor { roomIndex.taskExecutor }

    /// See ``SocketHandler/floor(of:in:)``.
    func floor(in room: ByteString) -> Int64 { handler?.floor(of: self, in: room) ?? 0 }

    // MARK: Sending

    /// Sends an event.
    ///
    /// - Throws: `EncodingError` when an argument cannot be encoded.
    public func emit(_ event: String, _ arguments: any Encodable & Sendable...) throws {
        try emit(event, arguments: arguments)
    }

    /// As ``emit(_:_:)``, with the arguments in a list.
    public func emit(_ event: String, arguments: [any Encodable & Sendable]) throws {
        let values = try EventArgument.encode(arguments)
        guard namespace.recovery != nil else { return send(namespace.encoder.event(event, values)) }
        namespace.broadcast(event, values, to: BroadcastTarget(rooms: [id]))
    }

    /// For what is worthless when late: `socket.volatile.emit(…)` sends nothing where something is unsent.
    public var volatile: VolatileSocket { VolatileSocket(socket: self) }

    /// Sends an event and waits for the client's answer.
    ///
    /// - Throws: ``AckError`` when it does not come in time or the client goes; `EncodingError`.
    public func emitWithAck(
        _ event: String, _ arguments: any Encodable & Sendable..., timeout: Duration = .seconds(10)
    ) async throws -> [JSONValue] {
        try await emitWithAck(event, arguments: arguments, timeout: timeout)
    }

    /// As ``emitWithAck(_:_:timeout:)``, with the arguments in a list.
    public func emitWithAck(
        _ event: String, arguments: [any Encodable & Sendable], timeout: Duration = .seconds(10)
    ) async throws -> [JSONValue] {
        let values = try EventArgument.encode(arguments)
        return try await withCheckedThrowingContinuation { continuation in
            onLoopInOrder {
                guard self.isConnected else { return continuation.resume(throwing: AckError.disconnected) }
                let id = self.acks.add(timeout: timeout) { continuation.resume(with: $0) }
                self.write(self.namespace.encoder.event(event, values, id: id))
                self.flush()
            }
        }
    }

    /// The answers that are awaited; on the loop.
    var acks: PendingAcks {
        let acks = pending ?? PendingAcks(eventLoop: eventLoop)
        pending = acks
        return acks
    }

    /// An answer is awaited no more; on the loop.
    func stopAwaiting(_ id: Int) { pending?.remove(id) }

    /// Sends frames that were encoded for this namespace.
    ///
    /// - Parameter counted: `false` keeps them out of the limit for slow clients: for what the client asked for, and is
    ///   given at its own pace.
    public func send(_ frames: EngineFrames, counted: Bool = true) {
        onLoopInOrder {
            self.write(frames, counted: counted)
            self.flush()
        }
    }

    /// Answers an event that asked for it.
    public func acknowledge(_ id: Int, with arguments: [JSONValue]) {
        send(namespace.encoder.ack(id, arguments))
    }

    /// To the others: `socket.to("room").emit(…)` reaches the room's sockets but this one.
    public func to(_ rooms: String...) -> BroadcastOperator { to(rooms) }

    public func to(_ rooms: [String]) -> BroadcastOperator {
        BroadcastOperator(namespace: namespace, target: BroadcastTarget(rooms: rooms, except: [id]))
    }

    /// To everyone in the namespace but this socket and those of the rooms.
    public func except(_ rooms: String...) -> BroadcastOperator { except(rooms) }

    public func except(_ rooms: [String]) -> BroadcastOperator {
        BroadcastOperator(namespace: namespace, target: BroadcastTarget(except: [id] + rooms))
    }

    /// To everyone in the namespace but this socket.
    public var broadcast: BroadcastOperator {
        BroadcastOperator(namespace: namespace, target: BroadcastTarget(except: [id]))
    }

    /// Queues frames without flushing; on the loop.
    public func write(_ frames: EngineFrames, counted: Bool = true) {
        eventLoop.preconditionInEventLoop()
        guard isConnected else { return }
        roomIndex.seats.settle(seat)
        client.session.send(frames, counted: counted)
    }

    /// Sends what was queued; on the loop.
    public func flush() {
        eventLoop.preconditionInEventLoop()
        client.session.flush()
    }

    var hasUnsentBytes: Bool { client.session.unsentBytes > 0 }

    /// `polling` or `websocket`; on the loop.
    public var transportName: String {
        eventLoop.preconditionInEventLoop()
        return client.session.transportName
    }

    /// Bytes queued and not yet taken by the kernel; on the loop.
    public var unsentBytes: Int {
        eventLoop.preconditionInEventLoop()
        return client.session.unsentBytes
    }

    /// Bytes that the event at work takes up in memory, about; on the loop, while the handler is told of it. Who keeps
    /// the event counts them in ``account``.
    public var eventSize: Int {
        eventLoop.preconditionInEventLoop()
        return client.eventSize
    }

    /// Handling the event at work costs the loop so much besides reading it; on the loop. The client's next turn comes
    /// later by that.
    public func spend(_ cost: InputCost) {
        eventLoop.preconditionInEventLoop()
        client.session.spend(cost)
    }

    /// All that is kept for the client, its other namespaces' included; on the loop. Whoever keeps something for it (an
    /// event that waits, a part of a long answer) takes the bytes from here: by ``ByteAccount/lease(_:)`` or in an
    /// `AccountedQueue`. What was sent and not taken is counted already. Nothing is to be made for a client whose
    /// account ``ByteAccount/isFull``; ``SocketHandler/socketDidDrain(_:)`` and ``SocketHandler/socketHasRoom(_:)`` say
    /// when to go on.
    public var account: ByteAccount {
        eventLoop.preconditionInEventLoop()
        return client.session.account
    }

    // MARK: Rooms

    /// The rooms that it is in, that of its id among them; on the loop. From elsewhere: ``Namespace/fetchSockets()``.
    public var rooms: Set<ByteString> {
        eventLoop.preconditionInEventLoop()
        return Set(places.map(\.room.name))
    }

    public func join(_ room: String) { join([room]) }

    public func join(_ rooms: [String]) { join(rooms.map { ByteString($0) }) }

    func join(_ rooms: [ByteString]) {
        onLoop {
            guard self.isConnected else { return }
            for room in rooms { self.roomIndex.join(self, room) }
        }
    }

    public func leave(_ room: String) { leave(ByteString(room)) }

    func leave(_ room: ByteString) {
        onLoop { self.roomIndex.leave(self, room) }
    }

    /// Whether the socket is in a room; on the loop.
    public func isMember(of room: String) -> Bool {
        eventLoop.preconditionInEventLoop()
        return roomIndex.isMember(self, of: ByteString(room))
    }

    /// How many sockets of this loop are in a room; on the loop. What a telling of the room costs here.
    package func neighbourCount(in room: String) -> Int {
        eventLoop.preconditionInEventLoop()
        return roomIndex.memberCount(of: ByteString(room))
    }

    // MARK: Leaving

    /// Takes the client out of the namespace, which it is told; `closingConnection`: closes the transport after it.
    public func disconnect(closingConnection: Bool = false) {
        onLoop {
            guard self.isConnected else { return }
            self.roomIndex.writeTrailer(to: self)
            self.write(self.namespace.encoder.disconnect())
            self.flush()
            let client = self.client
            client.leave(self, reason: .server)
            if closingConnection { client.session.close(.forcedClose) }
        }
    }

    /// Closes the transport without a DISCONNECT, after what was sent has left: a stock client then returns by itself.
    public func closeTransport(_ reason: EngineCloseReason = .forcedClose) {
        onLoop {
            guard self.isConnected else { return }
            self.roomIndex.seats.settle(self.seat)
            self.roomIndex.writeTrailer(to: self)
            self.flush()
            self.client.session.close(reason)
        }
    }

    // MARK: Holding back (see ConnectionGate)

    /// Whether a batch of this stamp is news: not while the socket holds back, nor when it began with a snapshot that
    /// held the batch already. Such a batch may still come: a commit can be read before it is handed to the loops.
    func hears(_ stamp: Int64) -> Bool { isConnected && roomIndex.seats.hears(stamp, seat) }

    /// Whether a batch of this stamp moves it from room to room when it passes.
    func isMoved(by stamp: Int64) -> Bool {
        guard isConnected, stamp > admittedStamp else { return false }
        if case .keeping = holding { return false }
        return true
    }

    /// When the socket last got a batch's trailer, or came; on the loop, while it is connected.
    package var lastTrailerAt: NIODeadline {
        eventLoop.preconditionInEventLoop()
        return isConnected ? roomIndex.seats.lastTrailerAt(of: seat) : .now()
    }

    /// From now on what passes is not kept: whoever calls reads it later, page by page. It moves the socket from room
    /// to room at once; what is to be done is done at once in any case. On the loop.
    package func follow() {
        eventLoop.preconditionInEventLoop()
        guard case .keeping(let held) = holding else { return }
        roomIndex.stopHolding(held)
        stopKeeping(held, overflowed: false)
    }

    /// From now on what passes is kept, until ``release(after:)``: called before what came until now is read. On the
    /// loop.
    package func keep() {
        eventLoop.preconditionInEventLoop()
        guard case .following = holding, isConnected else { return }
        let held = HeldDeliveries()
        held.socket = self
        holding = .keeping(held)
        roomIndex.hold(held)
    }

    func heldTooMuch() {
        guard case .keeping(let held) = holding else { return }
        stopKeeping(held, overflowed: true)
    }

    private func stopKeeping(_ held: HeldDeliveries, overflowed: Bool) {
        holding = .following(overflowed: overflowed)
        for batch in held.batches { roomIndex.moveHeld(batch, self) }
        held.removeAll()
    }

    /// Gives the socket what was kept for it and has a greater stamp, in order, and lets it hear live from now on. On
    /// the loop.
    ///
    /// - Returns: `false` when more passed than could be kept: then nothing was given, the socket follows, and the
    ///   caller has to ``keep()`` and read again what came after `stamp`.
    package func release(after stamp: Int64) -> Bool {
        eventLoop.preconditionInEventLoop()
        guard let holding, isConnected else { return true }
        guard case .keeping(let held) = holding else { return false }
        self.holding = nil
        roomIndex.seats.setKnownStamp(stamp, of: seat)
        roomIndex.stopHolding(held)
        for batch in held.batches where isConnected {
            if batch.stamp > stamp { roomIndex.applyHeld(batch, to: self) } else { roomIndex.moveHeld(batch, self) }
        }
        flush()
        return true
    }

    /// Up to where a socket that hears live has heard everything: the stamp of the latest batch of its loop that had a
    /// trailer, or that of its release. On the loop.
    package var heardStamp: Int64 {
        eventLoop.preconditionInEventLoop()
        return isConnected ? max(roomIndex.latestStamp, roomIndex.seats.knownStamp(of: seat)) : .min
    }

    /// Sends what stands for a trailer, for a socket that heard none for long. On the loop.
    package func sendTrailer(_ frames: EngineFrames, now: NIODeadline) {
        eventLoop.preconditionInEventLoop()
        guard isConnected, holding == nil else { return }
        roomIndex.seats.setLastTrailerAt(now, of: seat)
        write(frames)
        flush()
    }

    // MARK: From the client

    func outletChanged() { if isConnected { roomIndex.seats.outletChanged(of: seat) } }

    /// - Parameter held: what was kept before the socket was there.
    func didConnect(held: HeldDeliveries?) {
        let passed = held?.batches ?? []
        handler?.socketDidConnect(self)
        if isConnected { namespace.connected(self) }
        for batch in passed where isConnected { roomIndex.performHeld(batch, on: self) }
    }

    func receive(_ packet: Packet) {
        switch packet.kind {
        case .event(let name, let arguments):
            if let listeners {
                let ack = packet.id.map { Ack(socket: self, id: $0) }
                let event = Event(name: name, arguments: arguments.values, ack: ack)
                return listeners.receive(event, flaw: packet.flaw, of: self)
            }
            handle(name, arguments, flaw: packet.flaw, ackID: packet.id)
        case .ack(let arguments):
            if let id = packet.id { pending?.resolve(id, with: arguments) }
        case .disconnect:
            client.leave(self, reason: .client)
        case .connect, .connectError:
            break  // the client judged them
        }
    }

    /// Hands an event to the handler.
    private func handle(_ name: ByteString, _ arguments: EventArguments, flaw: EventFlaw?, ackID: Int?) {
        if let flaw {
            handler?.socket(self, didReceiveUnusable: name, because: flaw, ackID: ackID)
        } else {
            handler?.socket(self, didReceive: name, arguments: arguments, ackID: ackID)
        }
    }

    /// An event that no closure is for.
    func handle(_ event: Event, flaw: EventFlaw?) {
        handle(event.name, EventArguments(event.arguments), flaw: flaw, ackID: event.ack?.id)
    }

    func receivedBurst() { handler?.socketDidReceiveBurst(self) }
    func hasRoom() { handler?.socketHasRoom(self) }
    func lastWords(for reason: DisconnectReason) -> EngineFrames? { handler?.lastWords(of: self, for: reason) }

    func awaitsAck(_ id: Int?) -> Bool { id.map { pending?.contains($0) == true } ?? false }

    func drained() { handler?.socketDidDrain(self) }

    func didDisconnect(_ reason: DisconnectReason) {
        guard isConnected else { return }
        isConnected = false
        if case .keeping(let held) = holding { roomIndex.stopHolding(held) }
        holding = nil
        if let recovery, reason.isRecoverable { namespace.recovery?.keep(self, recovery) }
        roomIndex.remove(self)
        pending?.failAll()
        pending = nil
        let (handler, listeners) = (handler, listeners)
        self.handler = nil
        self.listeners = nil
        handler?.socket(self, didDisconnect: reason)
        listeners?.disconnected(reason, of: self)
    }
}
