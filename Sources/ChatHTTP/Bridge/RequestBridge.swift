import HTTPTypes
import Hummingbird
import Logging
import NIOHTTP1
import SocketServer

/// Between the socket server's pipeline and what answers in Hummingbird's types.
struct RequestBridge {
    let writer: HTTPResponseWriter
    let logger: Logger

    /// - Parameter finish: a last look at the answer's head.
    func answer(
        _ request: HTTPServerRequest, _ body: HTTPRequestBody, finish: (inout HTTPHeaders) -> Void = { _ in },
        with answer: (Request) async -> Response
    ) async {
        guard let head = HTTPRequest(request) else { return await writer.respond(.badRequest) }
        let response = await answer(Request(head: head, body: RequestBody(asyncSequence: body)))
        var answered = HTTPResponseHead(response)
        finish(&answered.headers)
        await write(answered, response.body, to: head.method)
    }

    private func write(_ head: HTTPResponseHead, _ body: ResponseBody, to method: HTTPRequest.Method) async {
        await writer.writeHead(head)
        guard method != .head else {
            await writer.finish()
            return
        }
        do {
            try await body.write(ChannelBodyWriter(writer: writer))
        } catch {
            // The client went away, or the body broke off: the pipeline ends a response that is not whole by ending the
            // connection.
            logger.debug("response broke off", metadata: ["parley.error": "\(error)"])
        }
    }
}
