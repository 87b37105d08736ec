public import NIOCore
public import NIOHTTP1

/// One request and its response, on the event loop of its connection.
///
/// The request's parts go to ``receiver``; the response may be written at any time after, as a whole with
/// ``respond(_:headers:body:)`` or in parts. Nothing written after the connection ended has an effect.
public final class HTTPExchange {
    public let head: HTTPRequestHead
    public let eventLoop: any EventLoop
    /// The address of the other end of the connection; nil for a Unix socket.
    public let peerAddress: SocketAddress?
    /// Hears the body, its end, and an early end of the connection.
    public var receiver: (any HTTPExchangeReceiver)?
    /// Whether the response can still be written: the connection is there and ``end(_:)`` was not called.
    public internal(set) var isOpen = true
    /// Whether a response head went out.
    public internal(set) var hasStarted = false

    /// Whether its address asks for more than it may without a token (``SocketServerLimits/requestsPerAddress``): the
    /// service is to refuse it, at little cost.
    public internal(set) var isOverBudget = false
    /// Whether a valid token came with it.
    public internal(set) var isVouched = false

    private let connection: HTTPConnection

    init(head: HTTPRequestHead, connection: HTTPConnection, eventLoop: any EventLoop, peerAddress: SocketAddress?) {
        self.head = head
        self.connection = connection
        self.eventLoop = eventLoop
        self.peerAddress = peerAddress
    }

    /// The client's address, looked up behind trusted proxies (``TrustedProxies``); `unix` for a Unix socket.
    public var remoteAddress: String {
        connection.trustedProxies.client(peer: peerAddress, headers: head.headers)
    }

    /// Whether the client speaks TLS, with this server or with a trusted proxy.
    public var isSecure: Bool {
        connection.isTLS || connection.trustedProxies.isSecure(peer: peerAddress, headers: head.headers)
    }

    /// A valid token came with this request: until it is answered its connection gives way to no other.
    public func vouch() {
        connection.vouch(for: self)
    }

    /// Answering costs the loop so much beside what any request does: whoever asks often without a token waits longer.
    public func spend(_ cost: InputCost) {
        connection.spend(cost, on: self)
    }

    /// A place among those whom nobody vouches for, for a session that this request makes and that is apart from its
    /// connection. It is kept by whoever ends the session, and left with it.
    ///
    /// - Parameter end: ends the session when it has to give way; called on any thread.
    public func makeStranger(end: @escaping @Sendable () -> Void) -> Stranger {
        let registry = connection.loop.shared.registry
        let stranger = registry.arrive(AddressKey(remoteAddress), end: end)
        stranger.becomeSession()
        if let place = connection.stranger { registry.handOver(from: place, to: stranger) }
        return stranger
    }

    /// The path, without the query.
    public var path: Substring {
        Substring(head.uri.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
    }

    /// The query, without its question mark, as it was sent.
    public var rawQuery: Substring {
        guard let mark = head.uri.utf8.firstIndex(of: UInt8(ascii: "?")) else { return "" }
        return Substring(head.uri.utf8[mark...].dropFirst().prefix { $0 != UInt8(ascii: "#") })
    }

    /// Answers with a whole response. `Content-Length` is set. An error without a body gets one that says what it is
    /// (``HTTPRefusal``).
    public func respond(_ status: HTTPResponseStatus, headers: HTTPHeaders = [:], body: ByteBuffer? = nil) {
        guard isOpen, !hasStarted else { return }
        var headers = headers
        var body = body
        if body == nil, let refusal = HTTPRefusal.body(of: status) {
            body = refusal
            headers.replaceOrAdd(name: "Content-Type", value: HTTPRefusal.contentType)
        }
        if status.mayHaveBody {
            headers.replaceOrAdd(name: "Content-Length", value: String(body?.readableBytes ?? 0))
        }
        start(HTTPResponseHead(version: .http1_1, status: status, headers: headers))
        if let body, body.readableBytes > 0 { write(body, promise: nil) }
        end()
    }

    /// Ends the connection after this response.
    public func closeAfterResponse() {
        guard isOpen else { return }
        connection.closeAfterResponse()
    }

    /// Writes the head. Without `Content-Length` the body is sent in chunks (to HTTP/1.0 until the close).
    public func start(_ head: HTTPResponseHead) {
        guard isOpen, !hasStarted else { return }
        hasStarted = true
        connection.writeHead(head, of: self)
    }

    /// Writes a part of the body and flushes it. `promise` is kept once the kernel has it, broken when it never will.
    public func write(_ part: ByteBuffer, promise: EventLoopPromise<Void>?) {
        guard isOpen, hasStarted else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        connection.writeBody(part, of: self, promise: promise)
    }

    /// Ends the response.
    public func end(_ trailers: HTTPHeaders? = nil) {
        guard isOpen, hasStarted else { return }
        isOpen = false
        connection.writeEnd(trailers, of: self)
    }

    /// Ends the connection now, without an end of the response: the client sees that it is not whole.
    public func abort() {
        guard isOpen else { return }
        connection.abort()
    }

    /// Stops reading from the connection, or goes on: how a body that nobody takes fast enough is held back.
    ///
    /// - Parameter bytes: those that were handed over and still wait, to be counted while nothing is read.
    public func setReadingPaused(_ isPaused: Bool, keeping bytes: Int = 0) {
        connection.setReadingPaused(isPaused, keeping: bytes)
    }

    /// Whether nothing is to be read for now.
    var isReadingPaused: Bool { connection.machine.isPaused }

    /// Notes that a task answers this exchange, until ``taskEnded()``: a stopping server waits for it.
    func taskBegan() {
        _ = connection.loop.shared.tasks.add()
    }

    func taskEnded() {
        connection.loop.shared.tasks.remove()
    }

    /// Whether the request asks for a WebSocket.
    public private(set) lazy var isWebSocketRequest = WebSocketHandshake.isRequest(head)

    /// Answers 101 and makes the connection a WebSocket, once the request has ended. A request that is no valid
    /// handshake is refused (RFC 6455 section 4.2.2) and nothing else happens.
    ///
    /// - Parameters:
    ///   - target: the loop on which the WebSocket should live. The connection moves there when it can (not with TLS,
    ///     whose state cannot move); look at ``WebSocketConnection/eventLoop``.
    ///   - attach: gets the WebSocket on its own loop, before its first frame; sets its delegate.
    public func acceptWebSocket(
        _ configuration: WebSocketConfiguration, headers: HTTPHeaders = [:], on target: (any EventLoop)? = nil,
        attach: @escaping @Sendable (WebSocketConnection) -> Void
    ) {
        guard isOpen, !hasStarted else { return }
        switch WebSocketHandshake.answer(to: head) {
        case .refuse(let status, let extra):
            var all = headers
            all.add(contentsOf: extra)
            respond(status, headers: all)
        case .accept(let key):
            isOpen = false
            let upgrade = WebSocketUpgrade(
                response: WebSocketHandshake.response(accept: key, headers: headers), configuration: configuration,
                attach: attach)
            connection.upgrade(upgrade, on: target ?? eventLoop)
        }
    }
}

@available(*, unavailable)
extension HTTPExchange: Sendable {}

extension HTTPResponseStatus {
    var mayHaveBody: Bool {
        switch code {
        case 100..<200, 204, 304: false
        default: true
        }
    }
}
