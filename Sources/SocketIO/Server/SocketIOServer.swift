import ByteText
import EngineIO
import NIOCore
import SocketServer
import Synchronization

/// A Socket.IO 5 server for stock Socket.IO v3 and v4 clients.
///
/// ```swift
/// let io = SocketIOServer(eventLoopGroup: group)
/// io.onConnection { socket in
///     socket.on("message") { (text: String, ack) in
///         try? socket.to("lobby").emit("message", text)
///         try? ack?(true)
///     }
///     socket.join("lobby")
/// }
/// ```
///
/// It is put on the air by registering ``engine`` at its path with a `SocketServer`'s dispatcher.
public final class SocketIOServer: Sendable {
    public let configuration: SocketIOConfiguration
    /// What answers the requests at the Engine.IO path.
    public let engine: EngineServer
    private let eventLoops: [any EventLoop]
    private let namespaces: Mutex<[ByteString: Namespace]>

    /// - Parameter eventLoopGroup: the loops that the connections live on.
    public init(configuration: SocketIOConfiguration = SocketIOConfiguration(), eventLoopGroup: any EventLoopGroup) {
        self.configuration = configuration
        let loops = Array(eventLoopGroup.makeIterator())
        eventLoops = loops
        namespaces = Mutex(["/": Namespace(name: "/", eventLoops: loops)])
        let assembly = Assembly(loops: loops, timeout: TimeAmount(configuration.connectTimeout))
        engine = EngineServer(configuration: configuration.wholeEngine) { session in
            assembly.makeClient(for: session)
        }
        self.assembly = assembly
        assembly.server.withLock { $0 = self }
    }

    private let assembly: Assembly

    /// What makes a client of a session. It keeps the server alive for as long as the engine is registered somewhere,
    /// until ``close(_:)``.
    private final class Assembly: Sendable {
        let server = Mutex<SocketIOServer?>(nil)
        private let deadlines: [NIOLoopBoundBox<DeadlineQueue>]

        init(loops: [any EventLoop], timeout: TimeAmount) {
            deadlines = loops.map {
                NIOLoopBoundBox.makeBoxSendingValue(DeadlineQueue(delay: timeout, eventLoop: $0), eventLoop: $0)
            }
        }

        func makeClient(for session: EngineSession) -> any EngineSessionHandler {
            guard let server = server.withLock({ $0 }),
                let index = server.eventLoops.firstIndex(where: { $0 === session.eventLoop })
            else { return RefusingHandler(session) }
            return Client(server: server, session: session, connectDeadlines: deadlines[index].value)
        }
    }

    // MARK: Namespaces

    /// The namespace of that name (`/chat`), made at its first mention. Clients can only enter namespaces that were
    /// mentioned.
    public func of(_ name: String) -> Namespace {
        let name = name.hasPrefix("/") ? name : "/" + name
        return namespaces.withLock { namespaces in
            if let namespace = namespaces[ByteString(name)] { return namespace }
            let namespace = Namespace(name: name, eventLoops: eventLoops)
            namespaces[namespace.key] = namespace
            return namespace
        }
    }

    func namespace(named name: ByteString) -> Namespace? { namespaces.withLock { $0[name] } }

    // MARK: The main namespace, for short

    /// ``Namespace/use(_:)`` of `/`.
    public func use(_ middleware: @escaping Namespace.Middleware) { of("/").use(middleware) }

    /// ``Namespace/onConnection(_:)`` of `/`.
    public func onConnection(_ body: @escaping @Sendable (Socket) -> Void) { of("/").onConnection(body) }

    /// ``Namespace/to(_:)`` of `/`.
    public func to(_ room: String) -> BroadcastOperator { of("/").to(room) }

    /// ``Namespace/except(_:)`` of `/`.
    public func except(_ room: String) -> BroadcastOperator { of("/").except(room) }

    /// To everyone in `/`.
    ///
    /// - Throws: `EncodingError` when an argument cannot be encoded.
    public func emit(_ event: String, _ arguments: any Encodable & Sendable...) throws {
        let values = try arguments.map { try EventArgument.encode($0) }
        let main = of("/")
        main.adapter.broadcast(main.encoder.event(event, values), to: BroadcastTarget())
    }

    /// Closes every connection, and takes no more. A server lives until it is closed.
    public func close(_ reason: EngineCloseReason = .serverShutdown) {
        engine.refuseNewSessions()
        engine.forEachSession { $0.close(reason) }
        assembly.server.withLock { $0 = nil }
    }
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
