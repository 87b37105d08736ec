import ByteText
import EngineIO
import JSON
import Logging
public import NIOCore
import Synchronization

/// A channel of its own over the shared connection (Socket.IO, "Namespaces"): its middleware, its sockets, its rooms.
public final class Namespace: Sendable {
    public typealias Middleware = @Sendable (ConnectRequest) async throws -> Void

    private struct Setup {
        var listeners = NamespaceListeners()
        var decodeAct: ActDecoder?
    }

    /// Where the sockets are: read once for each delivery.
    private struct Reach {
        /// One a loop; loops are only added. Each is touched on its own loop only.
        var shards: [Shard]
        /// `nil`: there are none but those of this process.
        var adapter: (any Adapter)?
    }

    public let name: String
    /// Its name as packets carry it.
    let key: ByteString
    public let encoder: PacketEncoder
    private let setup = Mutex(Setup())
    private let reach: Mutex<Reach>
    private let population = Mutex(0)
    /// The dynamic namespace that it belongs to, whose middleware and handlers are its own.
    let parent: ParentNamespace?
    /// What clients can be given that come back; `nil` where that is not configured.
    let recovery: NamespaceRecovery?
    private let log: Logger
    private let lastBroadcastAck = Atomic<Int>(0)

    /// A loop and what belongs to it.
    struct Shard: @unchecked Sendable {
        // @unchecked because `rooms` is bound to `eventLoop`: other threads carry it there and do not touch it.
        let eventLoop: any EventLoop
        let rooms: RoomIndex

        init(eventLoop: any EventLoop) {
            self.eventLoop = eventLoop
            rooms = RoomIndex(eventLoop: eventLoop)
        }
    }

    init(
        name: String, eventLoops: [any EventLoop], configuration: SocketIOConfiguration, parent: ParentNamespace? = nil
    ) {
        self.name = name
        self.parent = parent
        key = ByteString(name)
        encoder = PacketEncoder(namespace: key)
        reach = Mutex(Reach(shards: eventLoops.map { Shard(eventLoop: $0) }))
        recovery = configuration.connectionStateRecovery.map { NamespaceRecovery($0, namespace: name) }
        log = configuration.logger
    }

    /// A loop whose connections may enter from now on.
    func add(_ eventLoop: any EventLoop) { reach.withLock { $0.shards.append(Shard(eventLoop: eventLoop)) } }

    var allShards: [Shard] { reach.withLock { $0.shards } }

    // MARK: Setting up

    /// Adds middleware: asked in order before a client enters, and before a ``ConnectionGate``; whoever throws
    /// ``ConnectError`` keeps it out with message and data (any other error: with the message "Internal error"). What
    /// it puts into ``ConnectRequest/data`` the socket has as ``Socket/data``.
    public func use(_ middleware: @escaping Middleware) {
        setup.withLock { $0.listeners.middleware.append(middleware) }
    }

    /// Called on the socket's loop when a client has entered. What it throws goes to ``onError(_:)``.
    public func onConnection(_ body: @escaping @Sendable (Socket) throws -> Void) {
        setup.withLock { $0.listeners.onConnection.append(body) }
    }

    /// Called on the socket's loop when an event was not handled (``EventError``), or ``onConnection(_:)`` or
    /// ``Socket/onDisconnect(_:)`` threw. It may answer the event.
    public func onError(_ body: @escaping @Sendable (Socket, any Error) -> Void) {
        setup.withLock { $0.listeners.onError.append(body) }
    }

    /// Sets the gate, which decides after the middleware has (see ``ConnectionGate``). Handlers that are added with
    /// ``onConnection(_:)`` and `on` are called all the same, before what the gate made.
    ///
    /// Recovery is a gate's own business: with ``SocketIOConfiguration/connectionStateRecovery`` there can be none.
    public func setGate(_ gate: any ConnectionGate) {
        precondition(recovery == nil, "a gate recovers by itself: it cannot be combined with connectionStateRecovery")
        setup.withLock { $0.listeners.gate = gate }
    }

    /// Joins the namespace to those of other processes; before the first connection.
    ///
    /// What is recovered is what one process has sent: with ``SocketIOConfiguration/connectionStateRecovery`` there can
    /// be no adapter.
    public func setAdapter(_ adapter: any Adapter) {
        precondition(recovery == nil, "connectionStateRecovery knows what this process sends, and nothing of others")
        reach.withLock { $0.adapter = adapter }
    }

    /// What makes an act of a batch from another process of the bytes it wrote; `nil` when it cannot.
    public typealias ActDecoder =
        @Sendable (inout ClusterReader) throws(ClusterMessageError) -> (any SocketAct)?

    /// Sets what reads the acts of batches that come from other processes; before the adapter.
    public func setActDecoder(_ decode: @escaping ActDecoder) {
        setup.withLock { $0.decodeAct = decode }
    }

    /// What was set up for it, its parent's first.
    var listeners: NamespaceListeners {
        let own = setup.withLock { $0.listeners }
        return parent.map { $0.listeners + own } ?? own
    }

    /// A client has entered.
    func connected(_ socket: Socket) {
        for handle in listeners.onConnection where socket.isConnected {
            do { try handle(socket) } catch { _ = report(error, of: socket) }
        }
    }

    /// Tells whoever listens for errors.
    ///
    /// - Returns: whether somebody does.
    func report(_ error: any Error, of socket: Socket) -> Bool {
        log.debug(
            "a handler failed", metadata: ["parley.namespace": "\(name)", "parley.error": "\(type(of: error))"])
        let handlers = listeners.onError
        for handle in handlers { handle(socket, error) }
        return !handlers.isEmpty
    }

    /// Asks the middleware in order.
    ///
    /// - Returns: why the client may not enter; `nil` when it may.
    func refusal(of request: ConnectRequest) async -> ConnectError? {
        do {
            for ask in listeners.middleware { try await ask(request) }
            return nil
        } catch {
            return error as? ConnectError ?? ConnectError("Internal error")
        }
    }

    // MARK: Broadcasting

    public func to(_ rooms: String...) -> BroadcastOperator { to(rooms) }

    public func to(_ rooms: [String]) -> BroadcastOperator {
        BroadcastOperator(namespace: self, target: BroadcastTarget(rooms: rooms))
    }

    public func except(_ rooms: String...) -> BroadcastOperator { except(rooms) }

    public func except(_ rooms: [String]) -> BroadcastOperator {
        BroadcastOperator(namespace: self, target: BroadcastTarget(except: rooms))
    }

    public var volatile: BroadcastOperator { all.volatile }

    /// How long ``BroadcastOperator/emitWithAck(_:_:)`` waits.
    public func timeout(_ limit: Duration) -> BroadcastOperator { all.timeout(limit) }

    private var all: BroadcastOperator { BroadcastOperator(namespace: self, target: BroadcastTarget()) }

    /// To everyone in the namespace.
    ///
    /// - Throws: `EncodingError` when an argument cannot be encoded.
    public func emit(_ event: String, _ arguments: any Encodable & Sendable...) throws {
        try all.emit(event, arguments: arguments)
    }

    /// As ``emit(_:_:)``, with the arguments in a list.
    public func emit(_ event: String, arguments: [any Encodable & Sendable]) throws {
        try all.emit(event, arguments: arguments)
    }

    /// The sockets of the namespace: see ``BroadcastOperator/fetchSockets()``.
    public func fetchSockets() async -> [RemoteSocket] { await all.fetchSockets() }

    /// ``BroadcastOperator/socketsJoin(_:)`` for all sockets.
    public func socketsJoin(_ rooms: String...) { all.socketsJoin(rooms) }

    /// ``BroadcastOperator/socketsLeave(_:)`` for all sockets.
    public func socketsLeave(_ rooms: String...) { all.socketsLeave(rooms) }

    /// ``BroadcastOperator/disconnectSockets(closingConnection:)`` for all sockets.
    public func disconnectSockets(closingConnection: Bool = false) {
        all.disconnectSockets(closingConnection: closingConnection)
    }

    /// Encodes an event once and sends it.
    func broadcast(_ event: String, _ arguments: [JSONValue], to target: BroadcastTarget) {
        if let recovery {
            recovery.broadcast(event, arguments, to: target, in: self)
        } else {
            distribute(.broadcast(encoder.event(event, arguments), to: target))
        }
    }

    /// An id for the acks of one broadcast, the same for each of its sockets: none of those that they count themselves,
    /// and small enough for clients that keep it in 32 bits.
    func nextBroadcastAck() -> Int {
        1 << 30 + lastBroadcastAck.wrappingAdd(1, ordering: .relaxed).newValue & (1 << 30 - 1)
    }

    /// How many event loops there are.
    public var loopCount: Int { reach.withLock { $0.shards.count } }

    /// Hands a batch to every loop, once each. Batches handed over by one thread arrive in that order.
    ///
    /// With an ``Adapter`` the sockets of other processes hear it too, but for what it tells single sockets.
    ///
    /// - Parameter sent: called on each loop of this process once it has given the kernel what the batch told its
    ///   sockets, and has read what had come to them by then: who is told first often answers before the last one is
    ///   told, and a next batch that is begun after that has the answers in it.
    public func deliver(_ batch: DeliveryBatch, sent: (@Sendable () -> Void)? = nil) {
        let (shards, adapter) = reach.withLock { ($0.shards, $0.adapter) }
        guard let adapter else { return Self.deliver(batch, to: shards, sent: sent) }
        adapter.publish(.batch(batch), of: self) { Self.deliver(batch, to: self.allShards, sent: sent) }
    }

    private static func deliver(_ batch: DeliveryBatch, to shards: [Shard], sent: (@Sendable () -> Void)?) {
        for shard in shards {
            shard.eventLoop.execute { shard.rooms.apply(batch, sent: sent) }
        }
    }

    /// Has a message carried out wherever the namespace's sockets are.
    func distribute(_ message: ClusterMessage) {
        guard let adapter = reach.withLock({ $0.adapter }) else { return receive(message) }
        adapter.publish(message, of: self) { self.receive(message) }
    }

    /// Carries out, on the sockets of this process, what another has published (see ``Adapter``).
    ///
    /// - Throws: when the bytes are no message; nothing was carried out then.
    public func receive(_ bytes: ByteBuffer) throws(ClusterMessageError) {
        if let decode = setup.withLock({ $0.decodeAct }) {
            receive(try ClusterMessage(bytes, act: decode))
        } else {
            receive(try ClusterMessage(bytes))
        }
    }

    /// Carries out a message on the sockets of this process.
    public func receive(_ message: ClusterMessage) {
        switch message {
        case .batch(let batch):
            Self.deliver(batch, to: allShards, sent: nil)
        case .broadcast(let frames, let target):
            forEachSocket(in: target) { socket in
                if target.volatile, socket.hasUnsentBytes { return }
                socket.write(frames)
                socket.flush()
            }
        case .join(let rooms, let target):
            forEachSocket(in: target) { $0.join(rooms) }
        case .leave(let rooms, let target):
            forEachSocket(in: target) { socket in
                for room in rooms { socket.leave(room) }
            }
        case .disconnect(let target, let closingConnection):
            forEachSocket(in: target) { $0.disconnect(closingConnection: closingConnection) }
        }
    }

    /// Runs `body` for every socket of the target, on its loop.
    public func forEachSocket(
        in target: BroadcastTarget = BroadcastTarget(), _ body: @escaping @Sendable (Socket) -> Void
    ) {
        for shard in allShards {
            if shard.eventLoop.inEventLoop {
                for socket in shard.rooms.targets(of: target) { body(socket) }
            } else {
                shard.eventLoop.execute {
                    for socket in shard.rooms.targets(of: target) { body(socket) }
                }
            }
        }
    }

    /// How many sockets are in the namespace.
    public var socketCount: Int { population.withLock { $0 } }

    /// How many sockets of a loop are in a room; on that loop. What a telling of the room costs there.
    package func neighbourCount(in room: String, on eventLoop: any EventLoop) -> Int {
        eventLoop.preconditionInEventLoop()
        return rooms(on: eventLoop)?.memberCount(of: ByteString(room)) ?? 0
    }

    func rooms(on eventLoop: any EventLoop) -> RoomIndex? {
        reach.withLock { reach in reach.shards.first { $0.eventLoop === eventLoop }?.rooms }
    }

    func countChanged(by difference: Int) { population.withLock { $0 += difference } }
}
