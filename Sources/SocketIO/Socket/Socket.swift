import ByteText
import EngineIO
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
    private var held: HeldDeliveries?

    init(id: String, namespace: Namespace, client: Client, rooms: RoomIndex, auth: JSONValue, held: HeldDeliveries?) {
        self.id = id
        self.namespace = namespace
        self.client = client
        self.rooms = rooms
        self.auth = auth
        self.held = held
        eventLoop = client.session.eventLoop
        handshake = client.session.handshake
        seat = rooms.seats.add(self, knownStamp: held == nil ? .min : .max)
    }

    /// Acts on the loop: at once when there, else handed over.
    func onLoop(_ body: @escaping @Sendable () -> Void) {
        if eventLoop.inEventLoop { body() } else { eventLoop.execute(body) }
    }

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
        guard isConnected else { return }
        rooms.seats.settle(seat)
        client.session.send(frames, counted: counted)
    }

    /// Sends what was queued; on the loop.
    public func flush() {
        client.session.flush()
    }

    var hasUnsentBytes: Bool { client.session.unsentBytes > 0 }

    /// `polling` or `websocket`; on the loop.
    public var transportName: String { client.session.transportName }

    /// Bytes queued and not yet taken by the kernel; on the loop.
    public var unsentBytes: Int { client.session.unsentBytes }

    /// All that is kept for the client, its other namespaces' included; on the loop. Whoever keeps something for it (an
    /// event that waits, a part of a long answer) takes the bytes from here: by ``ByteAccount/lease(_:)`` or in an
    /// `AccountedQueue`. What was sent and not taken is counted already. Nothing is to be made for a client whose
    /// account ``ByteAccount/isFull``; ``SocketHandler/socketDidDrain(_:)`` and ``SocketHandler/socketHasRoom(_:)`` say
    /// when to go on.
    public var account: ByteAccount { client.session.account }

    // MARK: Rooms

    public func join(_ room: String) {
        onLoop { if self.isConnected { self.rooms.join(self, ByteString(room)) } }
    }

    public func leave(_ room: String) {
        onLoop { self.rooms.leave(self, ByteString(room)) }
    }

    /// Whether the socket is in a room; on the loop.
    public func isMember(of room: String) -> Bool {
        rooms.isMember(self, of: ByteString(room))
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

    var isHolding: Bool { held != nil }

    /// When the socket last got a batch's trailer, or came; on the loop, while it is connected.
    public var lastTrailerAt: NIODeadline { isConnected ? rooms.seats.lastTrailerAt(of: seat) : .now() }

    /// Gives the socket what was held back for it and has a greater stamp, in order, and lets it hear live from now on.
    /// On the loop.
    ///
    /// - Returns: `false` when more passed than could be kept: then nothing was given, holding begins anew, and the
    ///   caller has to read again what came after `stamp`.
    public func release(after stamp: Int64) -> Bool {
        guard let held, isConnected else { return true }
        guard let batches = held.take() else { return false }
        self.held = nil
        rooms.seats.setKnownStamp(stamp, of: seat)
        rooms.stopHolding(held)
        for batch in batches {
            if batch.stamp > stamp {
                rooms.applyHeld(batch, to: self)
            } else {
                rooms.performHeld(batch, on: self)
            }
        }
        flush()
        return true
    }

    /// Sends the trailer of the latest batch of this loop again, for a socket that heard none for long. On the loop.
    public func repeatTrailer(now: NIODeadline) {
        guard isConnected, held == nil, let trailer = rooms.latestTrailer else { return }
        rooms.seats.setLastTrailerAt(now, of: seat)
        write(trailer)
        flush()
    }

    // MARK: From the client

    func outletChanged() { if isConnected { rooms.seats.outletChanged(of: seat) } }

    func didConnect() { handler?.socketDidConnect(self) }

    func receive(_ packet: Packet) {
        switch packet.kind {
        case .event(let name, let arguments):
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
    func drained() { handler?.socketDidDrain(self) }

    func didDisconnect(_ reason: DisconnectReason) {
        guard isConnected else { return }
        isConnected = false
        if let held { rooms.stopHolding(held) }
        held = nil
        rooms.remove(self)
        pending?.failAll()
        pending = nil
        let handler = handler
        self.handler = nil
        handler?.socket(self, didDisconnect: reason)
    }
}
