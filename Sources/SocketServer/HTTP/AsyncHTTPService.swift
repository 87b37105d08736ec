import NIOCore
import NIOHTTP1

/// Hands a request to an ``HTTPResponder`` in a task of its own.
struct AsyncHTTPService: LoopHTTPService {
    let responder: any HTTPResponder

    private static let overBudget = ByteBuffer(
        string: #"{"error":{"code":"rate_limited","message":"Too many requests from this address; try again."}}"#)

    func begin(_ exchange: HTTPExchange) {
        guard !exchange.isOverBudget else {
            return exchange.respond(
                .tooManyRequests,
                headers: [
                    "Retry-After": "1", "Content-Type": "application/json", "Access-Control-Allow-Origin": "*",
                ], body: Self.overBudget)
        }
        let bound = NIOLoopBound(exchange, eventLoop: exchange.eventLoop)
        let request = HTTPServerRequest(
            head: exchange.head, remoteAddress: exchange.remoteAddress, isSecure: exchange.isSecure,
            eventLoop: exchange.eventLoop)
        var body = HTTPRequestBody()
        var source: HTTPRequestBody.Producer.Source?
        let delegate = HTTPRequestBodyDelegate(eventLoop: exchange.eventLoop, exchange: bound)
        if exchange.head.announcesBody {
            let made = HTTPRequestBody.Producer.makeSequence(
                elementType: ByteBuffer.self, failureType: (any Error).self,
                backPressureStrategy: .init(lowWatermark: 2, highWatermark: AsyncHTTPReceiver.mostParts),
                finishOnDeinit: true, delegate: delegate)
            body = HTTPRequestBody(stream: made.sequence)
            source = made.source
        }
        exchange.taskBegan()
        let writer = HTTPResponseWriter(exchange: bound, eventLoop: exchange.eventLoop)
        let task = Task { [responder, body] in
            await responder.respond(to: request, body: body, writer: writer)
            delegate.end()
            await writer.settle()
        }
        exchange.receiver = AsyncHTTPReceiver(source: source, task: task)
    }
}
