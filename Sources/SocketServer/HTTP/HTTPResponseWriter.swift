public import NIOCore
public import NIOHTTP1

/// Writes one response from a task. Each write returns once the kernel has taken the bytes, so a response of any size
/// needs the memory of one part.
public final class HTTPResponseWriter: Sendable {
    public let eventLoop: any EventLoop
    private let exchange: NIOLoopBound<HTTPExchange>

    init(exchange: NIOLoopBound<HTTPExchange>, eventLoop: any EventLoop) {
        self.exchange = exchange
        self.eventLoop = eventLoop
    }

    /// Writes a whole response.
    public func respond(_ status: HTTPResponseStatus, headers: HTTPHeaders = [:], body: ByteBuffer? = nil) async {
        await onLoop { $0.respond(status, headers: headers, body: body) }
    }

    /// Writes the head. Without `Content-Length` the body is sent in chunks.
    public func writeHead(_ head: HTTPResponseHead) async {
        await onLoop { $0.start(head) }
    }

    /// Writes a part of the body.
    /// - Throws: an error of the channel when the client is gone.
    public func write(_ part: ByteBuffer) async throws {
        let (eventLoop, exchange) = (eventLoop, exchange)
        try await eventLoop.flatSubmit {
            let promise = eventLoop.makePromise(of: Void.self)
            exchange.value.write(part, promise: promise)
            return promise.futureResult
        }.get()
    }

    /// Ends the response.
    public func finish(trailers: HTTPHeaders? = nil) async {
        await onLoop { $0.end(trailers) }
    }

    /// Ends the connection after this response.
    public func closeAfterResponse() async {
        await onLoop { $0.closeAfterResponse() }
    }

    /// A valid token came with the request: until it is answered its connection gives way to no other.
    public func vouch() {
        eventLoop.execute { [exchange] in exchange.value.vouch() }
    }

    /// Ends the connection now: the client sees that the response is not whole.
    public func abort() {
        eventLoop.execute { [exchange] in exchange.value.abort() }
    }

    /// What the end of the responder means for a response that is not whole.
    func settle() async {
        await onLoop { exchange in
            if exchange.hasStarted { exchange.abort() } else { exchange.respond(.internalServerError) }
            exchange.taskEnded()
        }
    }

    private func onLoop(_ body: @escaping @Sendable (HTTPExchange) -> Void) async {
        let exchange = exchange
        await withCheckedContinuation { continuation in
            eventLoop.execute {
                body(exchange.value)
                continuation.resume()
            }
        }
    }
}
