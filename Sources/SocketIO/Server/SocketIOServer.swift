import ByteText
import EngineIO
import JSON
import NIOCore
public import SocketServer
import Synchronization

/// A Socket.IO 5 server for stock Socket.IO v3 and v4 clients.
///
/// ```swift
/// let io = SocketIOServer()
/// io.onConnection { socket in
///     socket.on("message") { (text: String, ack) in
///         try socket.to("lobby").emit("message", text)
///         try ack?(true)
///     }
///     socket.join("lobby")
/// }
/// var routes = HTTPRoutes()
/// routes.add(io)
/// let server = SocketServer(configuration: .init(listen: [.tcp(host: "::", port: 3000)]), routes: routes)
/// ```
///
/// It is put on the air by adding it to the routes of a `SocketServer`. Its connections live on that server's loops,
/// which it gets to know by their first connection.
public final class SocketIOServer: Sendable {
    private struct State {
        var eventLoops: [any EventLoop]
        /// When a client that is in no namespace has to go, by loop.
        var deadlines: [ObjectIdentifier: NIOLoopBoundBox<DeadlineQueue>] = [:]
        var namespaces: [ByteString: Namespace] = [:]
        /// Of those of them that a parent has made: how many clients are in it or wait to be.
        var users: [ByteString: Int] = [:]
        /// In the order made.
        var parents: [ParentNamespace] = []
    }

    public let configuration: SocketIOConfiguration
    /// What answers the requests at the Engine.IO path.
    public let engine: EngineServer
    private let state: Mutex<State>
    private let assembly = Assembly()

    /// - Parameter eventLoopGroup: loops that connections will live on, where they are known before.
    public init(
        configuration: SocketIOConfiguration = SocketIOConfiguration(), eventLoopGroup: (any EventLoopGroup)? = nil
    ) {
        self.configuration = configuration
        let loops = eventLoopGroup.map { Array($0.makeIterator()) } ?? []
        state = Mutex(State(eventLoops: loops))
        engine = EngineServer(configuration: configuration.wholeEngine) { [assembly] session in
            assembly.makeClient(for: session)
        }
        _ = of("/")
        assembly.server.withLock { $0 = self }
    }

    /// What makes a client of a session. It keeps the server alive for as long as the engine is registered somewhere,
    /// until ``close(_:)``.
    private final class Assembly: Sendable {
        let server = Mutex<SocketIOServer?>(nil)

        func makeClient(for session: EngineSession) -> any EngineSessionHandler {
            guard let server = server.withLock({ $0 }) else { return RefusingHandler(session) }
            let deadlines = server.connectDeadlines(on: session.eventLoop)
            return Client(server: server, session: session, connectDeadlines: deadlines)
        }
    }

    /// Called on the loop; one that was not known is from now on.
    private func connectDeadlines(on eventLoop: any EventLoop) -> DeadlineQueue {
        let box = state.withLock { state in
            if let box = state.deadlines[ObjectIdentifier(eventLoop)] { return box }
            if !state.eventLoops.contains(where: { $0 === eventLoop }) {
                state.eventLoops.append(eventLoop)
                for namespace in state.namespaces.values { namespace.add(eventLoop) }
            }
            let queue = DeadlineQueue(delay: TimeAmount(configuration.connectTimeout), eventLoop: eventLoop)
            let box = NIOLoopBoundBox(queue, eventLoop: eventLoop)
            state.deadlines[ObjectIdentifier(eventLoop)] = box
            return box
        }
        return box.value
    }

    // MARK: Namespaces

    /// The namespace of that name (`/chat`), made at its first mention; by the ``ParentNamespace`` that its name
    /// matches, if there is one. Clients can only enter namespaces that were mentioned, and those that a parent makes
    /// for them.
    public func of(_ name: String) -> Namespace {
        let name = ByteString(name)
        let key = name.utf8.first == UInt8(ascii: "/") ? name : ByteString("/" + name.string)
        return state.withLock { state in
            state.users[key] = nil  // it stays from now on
            if let namespace = state.namespaces[key] { return namespace }
            return make(key, by: state.parents.first { $0.allows(key, auth: nil) }, in: &state)
        }
    }

    /// Namespaces of all names that the pattern is found in (`/^\/room-\d+$/`), made when a client asks for one.
    public func of<Output>(matching pattern: sending Regex<Output>) -> ParentNamespace {
        // A regular expression keeps what it has compiled, so it is used by one thread at a time.
        let pattern = Mutex(pattern)
        return of(parent: ParentNamespace { name, _ in
            pattern.withLock { pattern in
                // What a transformation in the pattern throws is no match.
                do { return try pattern.firstMatch(in: name.string) != nil } catch { return false }
            }
        })
    }

    /// Namespaces that the predicate allows, made when a client asks for one. It is called on the client's loop with
    /// the name, of at most 128 bytes, and the auth payload; what takes longer is for ``ParentNamespace/use(_:)``. For
    /// ``of(_:)`` it is not asked.
    public func of(
        where predicate: @escaping @Sendable (_ name: ByteString, _ auth: JSONValue) -> Bool
    ) -> ParentNamespace {
        of(parent: ParentNamespace { name, auth in auth.map { predicate(name, $0) } ?? false })
    }

    private func of(parent: ParentNamespace) -> ParentNamespace {
        state.withLock { $0.parents.append(parent) }
        return parent
    }

    private func make(_ key: ByteString, by parent: ParentNamespace?, in state: inout State) -> Namespace {
        let namespace = Namespace(
            name: key.string, eventLoops: state.eventLoops, configuration: configuration, parent: parent)
        state.namespaces[key] = namespace
        parent?.add(namespace)
        return namespace
    }

    /// Whether a client that asks for a namespace of that name is worth listening to.
    func mayHaveNamespace(named name: ByteString) -> Bool {
        state.withLock { $0.namespaces[name] != nil || !$0.parents.isEmpty }
    }

    /// The namespace that a client asks for; it is kept for it until ``release(_:)``.
    func namespace(named name: ByteString, for auth: JSONValue) -> Namespace? {
        let (found, parents) = state.withLock { state in (retained(name, in: &state), state.parents) }
        // Predicates are the application's, and not asked within the lock.
        if let found { return found }
        guard let parent = parents.first(where: { $0.allows(name, auth: auth) }) else { return nil }
        return state.withLock { state in
            if let found = retained(name, in: &state) { return found }
            guard state.users.count < configuration.maxDynamicNamespaces else { return nil }
            state.users[name] = 1
            return make(name, by: parent, in: &state)
        }
    }

    private func retained(_ name: ByteString, in state: inout State) -> Namespace? {
        guard let namespace = state.namespaces[name] else { return nil }
        if let users = state.users[name] { state.users[name] = users + 1 }
        return namespace
    }

    /// A client has left the namespace, or does not wait for it any more.
    func release(_ namespace: Namespace) {
        guard let parent = namespace.parent else { return }
        state.withLock { state in
            guard let users = state.users[namespace.key] else { return }
            state.users[namespace.key] = users - 1
            guard users <= 1 else { return }
            state.users[namespace.key] = nil
            state.namespaces[namespace.key] = nil
            parent.remove(namespace)
        }
    }

    // MARK: The main namespace, for short

    /// ``Namespace/use(_:)`` of `/`.
    public func use(_ middleware: @escaping Namespace.Middleware) { of("/").use(middleware) }

    /// ``Namespace/onConnection(_:)`` of `/`.
    public func onConnection(_ body: @escaping @Sendable (Socket) throws -> Void) { of("/").onConnection(body) }

    /// ``Namespace/onError(_:)`` of `/`.
    public func onError(_ body: @escaping @Sendable (Socket, any Error) -> Void) { of("/").onError(body) }

    /// ``Namespace/to(_:)`` of `/`.
    public func to(_ rooms: String...) -> BroadcastOperator { of("/").to(rooms) }
    public func to(_ rooms: [String]) -> BroadcastOperator { of("/").to(rooms) }

    /// ``Namespace/except(_:)`` of `/`.
    public func except(_ rooms: String...) -> BroadcastOperator { of("/").except(rooms) }
    public func except(_ rooms: [String]) -> BroadcastOperator { of("/").except(rooms) }

    /// ``Namespace/volatile`` of `/`.
    public var volatile: BroadcastOperator { of("/").volatile }

    /// ``Namespace/timeout(_:)`` of `/`.
    public func timeout(_ limit: Duration) -> BroadcastOperator { of("/").timeout(limit) }

    /// ``Namespace/fetchSockets()`` of `/`.
    public func fetchSockets() async -> [RemoteSocket] { await of("/").fetchSockets() }

    /// ``Namespace/disconnectSockets(closingConnection:)`` of `/`.
    public func disconnectSockets(closingConnection: Bool = false) {
        of("/").disconnectSockets(closingConnection: closingConnection)
    }

    /// To everyone in `/`.
    ///
    /// - Throws: `EncodingError` when an argument cannot be encoded.
    public func emit(_ event: String, _ arguments: any Encodable & Sendable...) throws {
        try of("/").emit(event, arguments: arguments)
    }

    /// As ``emit(_:_:)``, with the arguments in a list.
    public func emit(_ event: String, arguments: [any Encodable & Sendable]) throws {
        try of("/").emit(event, arguments: arguments)
    }

    /// Closes every connection, and takes no more. A server lives until it is closed.
    public func close(_ reason: EngineCloseReason = .serverShutdown) {
        engine.refuseNewSessions()
        engine.forEachSession { $0.close(reason) }
        assembly.server.withLock { $0 = nil }
    }
}

extension HTTPRoutes {
    /// Gives the requests for the path of Engine.IO (`EngineConfiguration/path`) to a Socket.IO server.
    public mutating func add(_ io: SocketIOServer) { add(io.engine.configuration.path, io.engine) }
}

/// Ends a session that came after its server had gone.
private final class RefusingHandler: EngineSessionHandler {
    init(_ session: EngineSession) {
        let bound = NIOLoopBound(session, eventLoop: session.eventLoop)
        session.eventLoop.execute { bound.value.close(.serverShutdown) }
    }

    func session(_ session: EngineSession, didReceiveText text: ByteBuffer) {}
    func session(_ session: EngineSession, didReceiveBinary bytes: ByteBuffer) {}
    func session(_ session: EngineSession, didCloseWith reason: EngineCloseReason) {}
}
