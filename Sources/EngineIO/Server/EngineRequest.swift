import ByteText
import NIOCore
import NIOHTTP1
import SocketServer

/// A GET or POST for a session, on the loop of its connection; the session may live on another.
final class EngineRequest: HTTPExchangeReceiver {
    private let entry: EngineDirectory.Entry
    private let reply: EngineReply
    private let isPost: Bool
    /// It owns this as its receiver, until it ends.
    private weak var exchange: HTTPExchange?
    private let configuration: EngineConfiguration
    private var body = ByteBuffer()
    /// Of a long body, until the session has it.
    private var account: ByteAccount?
    private let memory: ByteAccount.Terms
    private var counted = 0
    private var isOver = false

    /// - Parameter memory: of the exchange's loop.
    init(
        _ exchange: HTTPExchange, entry: EngineDirectory.Entry, id: UInt64, configuration: EngineConfiguration,
        memory: ByteAccount.Terms
    ) {
        self.entry = entry
        self.memory = memory
        self.configuration = configuration
        self.exchange = exchange
        reply = EngineReply(id: id, exchange: exchange, cors: configuration.cors)
        isPost = exchange.head.method == .POST
        if entry.stranger?.isVouched == true { exchange.vouch() }
        if isPost {
            let isBinary = exchange.head.headers.text(of: "content-type") == "application/octet-stream"
            onSession { [reply] in $0.postArrived(reply, isBinary: isBinary) }
        }
    }

    func exchange(_ exchange: HTTPExchange, didReceiveBody part: ByteBuffer) {
        guard isPost, !isOver else { return }
        guard mayBe(body.readableBytes + part.readableBytes) else {
            isOver = true
            dropBody()
            onSession { [reply] in $0.postDropped(reply) }
            exchange.closeAfterResponse()
            EngineReply.respond(
                to: exchange, .payloadTooLarge, contentType: "text/plain", body: ByteBuffer(), cors: configuration.cors)
            return
        }
        body.writeImmutableBuffer(part)
        account?.release(counted)
        if account == nil, body.capacity > Self.short { account = ByteAccount(limit: .max, terms: memory, owner: self) }
        counted = body.capacity
        account?.charge(counted)
    }

    /// Bytes of the body that are worth an account of their own.
    private static let short = 4 << 10

    /// Whether the body may be so long: by a client that nobody vouches for, less.
    private func mayBe(_ size: Int) -> Bool {
        if let before = configuration.beforeTrust, size > before.maxPayload, let stranger = entry.stranger {
            guard stranger.isVouched else { return false }
        }
        return size <= configuration.maxPayload
    }

    private func dropBody() {
        body = ByteBuffer()
        account?.close()
        account = nil
    }

    func exchangeDidReceiveEnd(_ exchange: HTTPExchange) {
        guard !isOver else { return }
        if isPost {
            let payload = body
            dropBody()
            onSession { [reply] in $0.postReceived(reply, payload: payload) }
        } else {
            onSession { [reply] in $0.pollArrived(reply) }
        }
    }

    /// A poll waits for as long as a ping's interval.
    var outlivesInput: Bool { isPost }

    func exchangeDidClose(_ exchange: HTTPExchange) {
        dropBody()
        guard !isOver else { return }
        isOver = true
        let isPost = isPost
        onSession { [reply] in isPost ? $0.postAborted(reply) : $0.pollAborted(reply) }
    }

    private func onSession(_ body: @escaping @Sendable (EngineSession) -> Void) {
        if entry.eventLoop.inEventLoop {
            body(entry.session.value)
        } else {
            entry.eventLoop.execute { [entry] in body(entry.session.value) }
        }
    }
}

/// All bodies together are bounded by the process's memory.
extension EngineRequest: ByteAccountOwner {
    func accountBecameFull(_ account: ByteAccount) {}
    func accountHasRoom(_ account: ByteAccount) {}
    func accountIsFullOfInput(_ account: ByteAccount) {}

    func accountMustGo(_ account: ByteAccount) {
        guard !isOver else { return }
        isOver = true
        dropBody()
        exchange?.abort()
        onSession { [reply] in $0.postAborted(reply) }
    }
}

@available(*, unavailable)
extension EngineRequest: Sendable {}
