import NIOCore
import Synchronization

/// What all loops of one server share, none of it changing after the start but what guards itself.
final class ServerShared: Sendable {
    let limits: SocketServerLimits
    let memory: MemoryPool
    let trustedProxies: TrustedProxies
    let routes: HTTPRoutes
    let connections: OpenCounter
    let registry: ConnectionRegistry
    let neighbours: ForwardingNeighbours
    /// Requests that a task answers.
    let tasks = OpenCounter(limit: .max)
    private let contexts: LockedMap<ObjectIdentifier, NIOLoopBound<LoopContext>>

    init(configuration: SocketServerConfiguration, routes: HTTPRoutes) {
        limits = configuration.limits
        memory = configuration.memory
        trustedProxies = configuration.trustedProxies
        self.routes = routes
        connections = OpenCounter(limit: configuration.limits.maxConnections)
        registry = ConnectionRegistry(
            limits: configuration.limits.strangers,
            budget: RequestBudget(rate: configuration.limits.requestsPerAddress))
        neighbours = ForwardingNeighbours(logger: configuration.logger)
        contexts = LockedMap()
    }

    /// The context of `eventLoop`, made at its first connection. Called on that loop.
    func context(of eventLoop: any EventLoop) -> LoopContext {
        eventLoop.preconditionInEventLoop()
        let key = ObjectIdentifier(eventLoop)
        if let existing = contexts[key] { return existing.value }
        let context = LoopContext(eventLoop: eventLoop, shared: self)
        contexts[key] = NIOLoopBound(context, eventLoop: eventLoop)
        return context
    }
}

/// A dictionary behind a mutex, held for a look-up only.
final class LockedMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let values = Mutex<[Key: Value]>([:])

    subscript(key: Key) -> Value? {
        get { values.withLock { $0[key] } }
        set { values.withLock { $0[key] = newValue } }
    }
}
