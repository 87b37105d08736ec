import NIOCore
import NIOHTTP1
import SocketServer

/// Answers one request of a session, from the session's loop, on the loop of the request's connection.
struct EngineReply: Sendable {
    let id: EngineSessionMachine.RequestID
    private let eventLoop: any EventLoop
    private let exchange: NIOLoopBound<HTTPExchange>
    private let cors: CORSPolicy

    init(id: EngineSessionMachine.RequestID, exchange: HTTPExchange, cors: CORSPolicy) {
        self.id = id
        eventLoop = exchange.eventLoop
        self.exchange = NIOLoopBound(exchange, eventLoop: exchange.eventLoop)
        self.cors = cors
    }

    /// 200 with packets.
    func packets(_ body: ByteBuffer) {
        send(.ok, contentType: "text/plain; charset=UTF-8", body: body)
    }

    /// 200 `ok`, to a POST. HTML, as the reference has it: some user agents offer a text for download.
    func ok() {
        send(.ok, contentType: "text/html", body: ByteBuffer(string: "ok"))
    }

    func fail(_ error: EngineError) {
        send(error.status, contentType: "application/json", body: error.body)
    }

    private func send(_ status: HTTPResponseStatus, contentType: String, body: ByteBuffer) {
        if eventLoop.inEventLoop {
            Self.respond(to: exchange.value, status, contentType: contentType, body: body, cors: cors)
        } else {
            eventLoop.execute { [exchange, cors] in
                Self.respond(to: exchange.value, status, contentType: contentType, body: body, cors: cors)
            }
        }
    }

    static func respond(
        to exchange: HTTPExchange, _ status: HTTPResponseStatus, contentType: String, body: ByteBuffer,
        cors: CORSPolicy, extra: HTTPHeaders = [:]
    ) {
        var headers: HTTPHeaders = ["Content-Type": contentType, "Cache-Control": "no-store"]
        cors.apply(to: &headers, for: exchange.head.headers)
        headers.add(contentsOf: extra)
        exchange.respond(status, headers: headers, body: body)
    }
}
