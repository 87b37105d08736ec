import ByteText
import JSON
import NIOCore
import NIOHTTP1
public import SocketServer
import Synchronization

/// An Engine.IO 4 server: handshakes, sessions over long-polling and WebSocket, upgrade between them.
///
/// It is registered at ``EngineConfiguration/path`` of a server's routes:
///
///     let engine = EngineServer(configuration: .init()) { session in Echo(session) }
///     routes.add(engine.configuration.path, engine)
///
/// Each session lives on one event loop, that of the connection that made it. Error answers carry the reference
/// server's codes 0 to 5, and CORS headers.
public final class EngineServer: LoopHTTPService {
    public let configuration: EngineConfiguration
    let directory = EngineDirectory()
    private let makeHandler: @Sendable (EngineSession) -> any EngineSessionHandler
    private let refusal = Mutex<EngineRefusal?>(nil)
    private let requests = Atomic<UInt64>(0)

    /// - Parameter makeHandler: called on the session's loop when it opens; what it returns hears everything after.
    public init(
        configuration: EngineConfiguration,
        makeHandler: @escaping @Sendable (EngineSession) -> any EngineSessionHandler
    ) {
        self.configuration = configuration
        self.makeHandler = makeHandler
    }

    /// Sessions that are open, or closed with something left to fetch.
    public var sessionCount: Int { directory.count }

    /// Runs `body` for each session, on its own loop. Sessions opened meanwhile may be left out.
    public func forEachSession(_ body: @escaping @Sendable (EngineSession) -> Void) {
        let groups = Dictionary(grouping: directory.all()) { ObjectIdentifier($0.eventLoop) }
        for entries in groups.values {
            guard let eventLoop = entries.first?.eventLoop else { continue }
            eventLoop.execute {
                for entry in entries where entry.session.value.isOpen { body(entry.session.value) }
            }
        }
    }

    /// Answers every handshake with `refusal` from now on; nil takes them again. Open sessions stay.
    public func refuseNewSessions(
        _ refusal: EngineRefusal? = EngineRefusal(message: "The server is stopping", retryAfter: 1)
    ) {
        self.refusal.withLock { $0 = refusal }
    }

    // MARK: Requests

    private static let full = EngineRefusal(message: "The server is full; try again.", retryAfter: 5)

    public func begin(_ exchange: HTTPExchange) {
        if exchange.head.method == .OPTIONS { return preflight(exchange) }
        let query = EngineQuery(exchange.rawQuery)
        guard let transport = query["transport"].flatMap(EngineTransport.init(named:)) else {
            return fail(exchange, .unknownTransport)
        }
        // JSONP went with Engine.IO 3.
        if query["j"] != nil { return fail(exchange, query["EIO"] == "4" ? .badRequest : .unsupportedProtocolVersion) }
        if let id = query["sid"], !id.isEmpty {
            resume(exchange, id: id, transport: transport)
        } else {
            handshake(exchange, query: query, transport: transport)
        }
    }

    private func preflight(_ exchange: HTTPExchange) {
        let methods = "GET, POST, OPTIONS"
        exchange.respond(
            .noContent, headers: configuration.cors.preflight(for: exchange.head.headers, methods: methods))
    }

    private func fail(_ exchange: HTTPExchange, _ error: EngineError) {
        EngineReply.respond(
            to: exchange, error.status, contentType: "application/json", body: error.body, cors: configuration.cors)
    }

    private func refuse(_ exchange: HTTPExchange, _ refusal: EngineRefusal) {
        var extra = HTTPHeaders()
        if let seconds = refusal.retryAfter { extra.add(name: "Retry-After", value: String(seconds)) }
        var body = JSONWriter()
        body.object { body in
            body.field("code", refusal.code)
            body.field("message", refusal.message)
        }
        EngineReply.respond(
            to: exchange, refusal.status, contentType: "application/json", body: body.finish(),
            cors: configuration.cors, extra: extra)
    }

    private func resume(_ exchange: HTTPExchange, id: ByteString, transport: EngineTransport) {
        guard let entry = directory.entry(of: id) else { return fail(exchange, .unknownSession) }
        switch transport {
        case .websocket:
            guard exchange.isWebSocketRequest else { return fail(exchange, .badRequest) }
            guard allowsOrigin(exchange) else { return fail(exchange, .forbidden) }
            acceptWebSocket(exchange, on: entry.eventLoop) { [configuration] socket in
                EngineSession.offer(socket, to: entry, configuration: configuration)
            }
        case .polling:
            guard !exchange.isWebSocketRequest else { return fail(exchange, .badRequest) }
            guard [.GET, .POST].contains(exchange.head.method) else { return fail(exchange, .badHandshakeMethod) }
            let number = requests.wrappingAdd(1, ordering: .relaxed).newValue
            let memory = directory.loop(exchange.eventLoop, configuration: configuration).memory
            exchange.receiver = EngineRequest(
                exchange, entry: entry, id: number, configuration: configuration, memory: memory)
        }
    }

    private func handshake(_ exchange: HTTPExchange, query: EngineQuery, transport: EngineTransport) {
        guard exchange.head.method == .GET else { return fail(exchange, .badHandshakeMethod) }
        guard exchange.isWebSocketRequest == (transport == .websocket) else { return fail(exchange, .badRequest) }
        guard query["EIO"] == "4" else { return fail(exchange, .unsupportedProtocolVersion) }
        guard transport == .polling || allowsOrigin(exchange) else { return fail(exchange, .forbidden) }
        if let refusal = refusal.withLock({ $0 }) { return refuse(exchange, refusal) }
        guard !exchange.isOverBudget else { return refuse(exchange, Self.tooMany) }
        if configuration.memory.isFull { return refuse(exchange, Self.full) }
        let handshake = EngineHandshake(exchange, transport: transport)
        switch configuration.admission?(handshake) ?? .accept {
        case .accept: accept(exchange, handshake, transport)
        case .refuse(let refusal): refuse(exchange, refusal)
        }
    }

    private static let tooMany = EngineRefusal(
        message: "Too many handshakes from this address; try again.", retryAfter: 1)

    private func accept(_ exchange: HTTPExchange, _ handshake: EngineHandshake, _ transport: EngineTransport) {
        switch transport {
        case .polling:
            openPolling(exchange, handshake)
        case .websocket:
            acceptWebSocket(exchange, on: exchange.eventLoop) { [self] socket in
                open(handshake, on: socket.eventLoop, transport: .websocket).begin(on: socket, makeHandler: makeHandler)
            }
        }
    }

    /// A session made, kept and ended, beside the request for it: such that a client's first requests, this and the
    /// poll and the post that follow, are still nobody's business.
    private static let sessionCost = InputCost(nanoseconds: 120_000)

    private func openPolling(_ exchange: HTTPExchange, _ handshake: EngineHandshake) {
        let session = open(handshake, on: exchange.eventLoop, transport: .polling)
        session.beginAsStranger(of: exchange)
        exchange.spend(Self.sessionCost)
        let reply = EngineReply(id: 0, exchange: exchange, cors: configuration.cors)
        session.begin(answering: reply, makeHandler: makeHandler)
    }

    private func open(
        _ handshake: EngineHandshake, on eventLoop: any EventLoop, transport: EngineTransport
    ) -> EngineSession {
        EngineSession(
            handshake: handshake, transport: transport,
            loop: directory.loop(eventLoop, configuration: configuration), directory: directory)
    }

    private func acceptWebSocket(
        _ exchange: HTTPExchange, on eventLoop: any EventLoop,
        attach: @escaping @Sendable (WebSocketConnection) -> Void
    ) {
        let bounds = WebSocketConfiguration(maximumMessageSize: configuration.maxPayload)
        var headers = HTTPHeaders()
        configuration.cors.apply(to: &headers, for: exchange.head.headers)
        let upgrade = EngineUpgradeRequest { exchange in
            exchange.acceptWebSocket(bounds, headers: headers, on: eventLoop, attach: attach)
        }
        exchange.receiver = upgrade
    }

    private func allowsOrigin(_ exchange: HTTPExchange) -> Bool {
        configuration.cors.allows(origin: exchange.head.headers.first(name: "origin"))
    }
}
