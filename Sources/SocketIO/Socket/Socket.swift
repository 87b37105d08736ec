import ByteText
import EngineIO
import JSON
import NIOCore
public import SocketServer

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
    let rooms: RoomIndex
    /// What handles the socket's events; on the loop.
    public internal(set) var handler: (any SocketHandler)?
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
        held: HeldDeliveries?, admittedStamp: Int64 = .min
    ) {
        self.id = id
        self.namespace = namespace
        self.client = client
        self.rooms = rooms
        self.auth = auth
        eventLimits = limits
        self.admittedStamp = admittedStamp
        holding = held.map { .keeping($0) }
        eventLoop = client.session.eventLoop
        handshake = client.session.handshake
        seat = rooms.seats.add(self, knownStamp: held == nil ? .min : .max)
        held?.socket = self
    }

    /// Acts on the loop: at once when there, else handed over.
    func onLoop(_ body: @escaping @Sendable () -> Void) {
        if eventLoop.inEventLoop { body() } else { eventLoop.execute(body) }
    }

    /// See ``SocketHandler/floor(of:in:)``.
    func floor(in room: ByteString) -> Int64 { handler?.floor(of: self, in: room) ?? 0 }

    // MARK: Sending

    /// Sends an event.
    ///
    /// - Throws: `EncodingError` when an argument cannot be encoded.
    public func emit(_ event: String, _ arguments: any Encodable & Sendable...) throws {
        let values = try arguments.map { try EventArgument.encode($0) }
        send(namespace.encoder.event(event, values))
    }

    /// Sends an event and waits for the client's answer.
    ///
    /// - Throws: ``AckError`` when it does not come in time or the client goes; `EncodingError`.
    public func emitWithAck(
        _ event: String, _ arguments: any Encodable & Sendable..., timeout: Duration = .seconds(10)
    ) async throws -> [JSONValue] {
        let values = try arguments.map { try EventArgument.encode($0) }
        return try await withCheckedThrowingContinuation { continuation in
            onLoop {
                guard self.isConnected else { return continuation.resume(throwing: AckError.disconnected) }
                let pending = self.pending ?? PendingAcks(eventLoop: self.eventLoop)
                self.pending = pending
                let id = pending.add(continuation, timeout: timeout)
                self.write(self.namespace.encoder.event(event, values, id: id))
                self.flush()
            }
        }
    }

    /// Sends frames that were encoded for this namespace.
    ///
    /// - Parameter counted: `false` keeps them out of the limit for slow clients: for what the client asked for, and is
    ///   given at its own pace.
    public func send(_ frames: EngineFrames, counted: Bool = true) {
        onLoop {
            self.write(frames, counted: counted)
            self.flush()
        }
    }

    /// Answers an event that asked for it.
    public func acknowledge(_ id: Int, with arguments: [JSONValue]) {
        send(namespace.encoder.ack(id, arguments))
    }

    /// To the others: `socket.to("room").emit(…)` reaches the room's sockets but this one.
    public func to(_ rooms: String...) -> BroadcastOperator {
        BroadcastOperator(namespace: namespace, target: BroadcastTarget(rooms: rooms, except: [id]))
    }

    /// To everyone in the namespace but this socket.
    public var broadcast: BroadcastOperator {
        BroadcastOperator(namespace: namespace, target: BroadcastTarget(except: [id]))
    }

    /// Queues frames without flushing; on the loop.
    public func write(_ frames: EngineFrames, counted: Bool = true) {
        eventLoop.preconditionInEventLoop()
        guard isConnected else { return }
        rooms.seats.settle(seat)
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

    public func join(_ room: String) {
        onLoop { if self.isConnected { self.rooms.join(self, ByteString(room)) } }
    }

    public func leave(_ room: String) {
        onLoop { self.rooms.leave(self, ByteString(room)) }
    }

    /// Whether the socket is in a room; on the loop.
    public func isMember(of room: String) -> Bool {
        eventLoop.preconditionInEventLoop()
        return rooms.isMember(self, of: ByteString(room))
    }

    /// How many sockets of this loop are in a room; on the loop. What a telling of the room costs here.
    public func neighbourCount(in room: String) -> Int {
        eventLoop.preconditionInEventLoop()
        return rooms.memberCount(of: ByteString(room))
    }

    // MARK: Leaving

    /// Takes the client out of the namespace, which it is told; `closingConnection`: closes the transport after it.
    public func disconnect(closingConnection: Bool = false) {
        onLoop {
            guard self.isConnected else { return }
            self.rooms.writeTrailer(to: self)
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
            self.rooms.seats.settle(self.seat)
            self.rooms.writeTrailer(to: self)
            self.flush()
            self.client.session.close(reason)
        }
    }

    // MARK: Holding back (see ConnectionGate)

    /// Whether a batch of this stamp is news: not while the socket holds back, nor when it began with a snapshot that
    /// held the batch already. Such a batch may still come: a commit can be read before it is handed to the loops.
    func hears(_ stamp: Int64) -> Bool { isConnected && rooms.seats.hears(stamp, seat) }

    /// Whether a batch of this stamp moves it from room to room when it passes.
    func isMoved(by stamp: Int64) -> Bool {
        guard isConnected, stamp > admittedStamp else { return false }
        if case .keeping = holding { return false }
        return true
    }

    /// When the socket last got a batch's trailer, or came; on the loop, while it is connected.
    public var lastTrailerAt: NIODeadline {
        eventLoop.preconditionInEventLoop()
        return isConnected ? rooms.seats.lastTrailerAt(of: seat) : .now()
    }

    /// From now on what passes is not kept: whoever calls reads it later, page by page. It moves the socket from room
    /// to room at once; what is to be done is done at once in any case. On the loop.
    public func follow() {
        eventLoop.preconditionInEventLoop()
        guard case .keeping(let held) = holding else { return }
        rooms.stopHolding(held)
        stopKeeping(held, overflowed: false)
    }

    /// From now on what passes is kept, until ``release(after:)``: called before what came until now is read. On the
    /// loop.
    public func keep() {
        eventLoop.preconditionInEventLoop()
        guard case .following = holding, isConnected else { return }
        let held = HeldDeliveries()
        held.socket = self
        holding = .keeping(held)
        rooms.hold(held)
    }

    func heldTooMuch() {
        guard case .keeping(let held) = holding else { return }
        stopKeeping(held, overflowed: true)
    }

    private func stopKeeping(_ held: HeldDeliveries, overflowed: Bool) {
        holding = .following(overflowed: overflowed)
        for batch in held.batches { rooms.moveHeld(batch, self) }
        held.removeAll()
    }

    /// Gives the socket what was kept for it and has a greater stamp, in order, and lets it hear live from now on. On
    /// the loop.
    ///
    /// - Returns: `false` when more passed than could be kept: then nothing was given, the socket follows, and the
    ///   caller has to ``keep()`` and read again what came after `stamp`.
    public func release(after stamp: Int64) -> Bool {
        eventLoop.preconditionInEventLoop()
        guard let holding, isConnected else { return true }
        guard case .keeping(let held) = holding else { return false }
        self.holding = nil
        rooms.seats.setKnownStamp(stamp, of: seat)
        rooms.stopHolding(held)
        for batch in held.batches where isConnected {
            if batch.stamp > stamp { rooms.applyHeld(batch, to: self) } else { rooms.moveHeld(batch, self) }
        }
        flush()
        return true
    }

    /// Up to where a socket that hears live has heard everything: the stamp of the latest batch of its loop that had a
    /// trailer, or that of its release. On the loop.
    public var heardStamp: Int64 {
        eventLoop.preconditionInEventLoop()
        return isConnected ? max(rooms.latestStamp, rooms.seats.knownStamp(of: seat)) : .min
    }

    /// Sends what stands for a trailer, for a socket that heard none for long. On the loop.
    public func sendTrailer(_ frames: EngineFrames, now: NIODeadline) {
        eventLoop.preconditionInEventLoop()
        guard isConnected, holding == nil else { return }
        rooms.seats.setLastTrailerAt(now, of: seat)
        write(frames)
        flush()
    }

    // MARK: From the client

    func outletChanged() { if isConnected { rooms.seats.outletChanged(of: seat) } }

    /// - Parameter held: what was kept before the socket was there.
    func didConnect(held: HeldDeliveries?) {
        let passed = held?.batches ?? []
        handler?.socketDidConnect(self)
        for batch in passed where isConnected { rooms.performHeld(batch, on: self) }
    }

    func receive(_ packet: Packet) {
        switch packet.kind {
        case .event(let name, let arguments):
            if let flaw = packet.flaw {
                handler?.socket(self, didReceiveUnusable: name, because: flaw, ackID: packet.id)
                return
            }
            handler?.socket(self, didReceive: name, arguments: arguments, ackID: packet.id)
        case .ack(let arguments):
            if let id = packet.id { pending?.resolve(id, with: arguments) }
        case .disconnect:
            client.leave(self, reason: .client)
        case .connect, .connectError:
            break  // the client judged them
        }
    }

    func receivedBurst() { handler?.socketDidReceiveBurst(self) }
    func hasRoom() { handler?.socketHasRoom(self) }
    func lastWords(for reason: DisconnectReason) -> EngineFrames? { handler?.lastWords(of: self, for: reason) }

    func awaitsAck(_ id: Int?) -> Bool { id.map { pending?.contains($0) == true } ?? false }

    func drained() { handler?.socketDidDrain(self) }

    func didDisconnect(_ reason: DisconnectReason) {
        guard isConnected else { return }
        isConnected = false
        if case .keeping(let held) = holding { rooms.stopHolding(held) }
        holding = nil
        rooms.remove(self)
        pending?.failAll()
        pending = nil
        let handler = handler
        self.handler = nil
        handler?.socket(self, didDisconnect: reason)
    }
}
