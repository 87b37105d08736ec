import ByteText
import EngineIO
import NIOCore
import Synchronization

/// A channel of its own over the shared connection (Socket.IO, "Namespaces"): its middleware, its sockets, its rooms.
public final class Namespace: Sendable {
    public typealias Middleware = @Sendable (ConnectRequest) async throws -> Void

    private struct Setup {
        var middleware: [Middleware] = []
        var onConnection: [@Sendable (Socket) -> Void] = []
        var gate: (any ConnectionGate)?
        var adapter: (any Adapter)?
    }

    public let name: String
    /// Its name as packets carry it.
    let key: ByteString
    public let encoder: PacketEncoder
    private let setup = Mutex(Setup())
    /// One a loop, in the order of `loops`. Each is touched on its own loop only.
    private let shards: [Shard]
    private let population = Mutex(0)

    /// A loop and what belongs to it.
    private struct Shard: @unchecked Sendable {
        // @unchecked because `rooms` is bound to `eventLoop`: other threads carry it there and do not touch it.
        let eventLoop: any EventLoop
        let rooms: RoomIndex
    }

    init(name: String, eventLoops: [any EventLoop]) {
        self.name = name
        key = ByteString(name)
        encoder = PacketEncoder(namespace: key)
        shards = eventLoops.map { Shard(eventLoop: $0, rooms: RoomIndex(eventLoop: $0)) }
    }

    // MARK: Setting up

    /// Adds middleware: asked in order before a client enters; whoever throws ``ConnectError`` keeps it out with
    /// message and data (any other error: with the message "Internal error").
    public func use(_ middleware: @escaping Middleware) { setup.withLock { $0.middleware.append(middleware) } }

    /// Called on the socket's loop when a client has entered.
    public func onConnection(_ body: @escaping @Sendable (Socket) -> Void) {
        setup.withLock { $0.onConnection.append(body) }
    }

    /// Replaces middleware by a gate (see ``ConnectionGate``).
    public func setGate(_ gate: any ConnectionGate) { setup.withLock { $0.gate = gate } }

    /// Replaces the adapter; before the first connection.
    public func setAdapter(_ adapter: any Adapter) { setup.withLock { $0.adapter = adapter } }

    var middleware: [Middleware] { setup.withLock { $0.middleware } }
    var gate: (any ConnectionGate)? { setup.withLock { $0.gate } }
    var connectionHandlers: [@Sendable (Socket) -> Void] { setup.withLock { $0.onConnection } }
    var adapter: any Adapter { setup.withLock { $0.adapter } ?? LocalAdapter(namespace: self) }

    /// Asks the middleware in order.
    func askMiddleware(
        about request: ConnectRequest, otherwise acceptance: ConnectDecision.Acceptance
    ) async -> ConnectDecision {
        do {
            for ask in middleware { try await ask(request) }
            return .accept(acceptance)
        } catch let error as ConnectError {
            return .refuse(error)
        } catch {
            return .refuse(ConnectError("Internal error"))
        }
    }

    // MARK: Broadcasting

    public func to(_ rooms: String...) -> BroadcastOperator {
        BroadcastOperator(namespace: self, target: BroadcastTarget(rooms: rooms))
    }

    public func except(_ rooms: String...) -> BroadcastOperator {
        BroadcastOperator(namespace: self, target: BroadcastTarget(except: rooms))
    }

    public var volatile: BroadcastOperator {
        BroadcastOperator(namespace: self, target: BroadcastTarget(volatile: true))
    }

    /// To everyone in the namespace.
    ///
    /// - Throws: `EncodingError` when an argument cannot be encoded.
    public func emit(_ event: String, _ arguments: any Encodable & Sendable...) throws {
        let values = try arguments.map { try EventArgument.encode($0) }
        adapter.broadcast(encoder.event(event, values), to: BroadcastTarget())
    }

    /// Hands encoded frames to the sockets of this process.
    public func deliverLocally(_ frames: EngineFrames, to target: BroadcastTarget) {
        forEachSocket(in: target) { socket in
            if target.volatile, socket.hasUnsentBytes { return }
            socket.write(frames)
            socket.flush()
        }
    }

    /// How many event loops there are.
    public var loopCount: Int { shards.count }

    /// Hands a batch to every loop, once each. Batches handed over by one thread arrive in that order.
    ///
    /// - Parameter sent: called on each loop once it has given the kernel what the batch told its sockets, and has read
    ///   what had come to them by then: who is told first often answers before the last one is told, and a next batch
    ///   that is begun after that has the answers in it.
    public func deliver(_ batch: DeliveryBatch, sent: (@Sendable () -> Void)? = nil) {
        for shard in shards {
            shard.eventLoop.execute { shard.rooms.apply(batch, sent: sent) }
        }
    }

    /// Runs `body` for every socket of the target, on its loop.
    public func forEachSocket(
        in target: BroadcastTarget = BroadcastTarget(), _ body: @escaping @Sendable (Socket) -> Void
    ) {
        for shard in shards {
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

    func rooms(on eventLoop: any EventLoop) -> RoomIndex? {
        shards.first { $0.eventLoop === eventLoop }?.rooms
    }

    func countChanged(by difference: Int) { population.withLock { $0 += difference } }
}
