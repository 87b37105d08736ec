import ByteText
import NIOCore
import NIOHTTP1
import SocketServer

/// A GET or POST for a session, on the loop of its connection; the session may live on another.
final class EngineRequest: HTTPExchangeReceiver {
    private let entry: EngineDirectory.Entry
    private let reply: EngineReply
    private let isPost: Bool
    private let configuration: EngineConfiguration
    private var body = ByteBuffer()
    private var isOver = false

    init(_ exchange: HTTPExchange, entry: EngineDirectory.Entry, id: UInt64, configuration: EngineConfiguration) {
        self.entry = entry
        self.configuration = configuration
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
        guard part.readableBytes <= configuration.maxPayload - body.readableBytes else {
            isOver = true
            onSession { [reply] in $0.postDropped(reply) }
            exchange.closeAfterResponse()
            EngineReply.respond(
                to: exchange, .payloadTooLarge, contentType: "text/plain", body: ByteBuffer(), cors: configuration.cors)
            return
        }
        body.writeImmutableBuffer(part)
    }

    func exchangeDidReceiveEnd(_ exchange: HTTPExchange) {
        guard !isOver else { return }
        if isPost {
            let payload = body
            body = ByteBuffer()
            onSession { [reply] in $0.postReceived(reply, payload: payload) }
        } else {
            onSession { [reply] in $0.pollArrived(reply) }
        }
    }

    func exchangeDidClose(_ exchange: HTTPExchange) {
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

@available(*, unavailable)
extension EngineRequest: Sendable {}
