import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import SocketServer

/// The routes of the public listener: a Hummingbird router behind the socket server's pipeline.
struct PublicRouter: Sendable {
    private let responder: RouterResponder<PublicContext>
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
        let router = Router(context: PublicContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: PublicMiddleware(paths: ["/healthz"], logger: logger))
        router.get("/healthz") { _, _ in Response.json(.object([("status", .string("ok"))])) }
        responder = router.buildResponder()
    }

    func respond(to request: HTTPServerRequest, body: HTTPRequestBody, writer: HTTPResponseWriter) async {
        guard let head = HTTPRequest(request) else {
            await writer.respond(.badRequest)
            return
        }
        let context = PublicContext(source: PublicContext.Origin(logger: logger))
        let incoming = Request(head: head, body: RequestBody(asyncSequence: body))
        let response: Response
        do {
            response = try await responder.respond(to: incoming, context: context)
        } catch {
            response = HTTPFailure(error).response
        }
        await write(response, to: head.method, writer)
    }

    private func write(_ response: Response, to method: HTTPRequest.Method, _ writer: HTTPResponseWriter) async {
        await writer.writeHead(HTTPResponseHead(response))
        guard method != .head else {
            await writer.finish()
            return
        }
        do {
            try await response.body.write(PublicBodyWriter(writer: writer))
        } catch {
            // The client went away, or the body broke off: the pipeline ends a response that is not whole by ending the
            // connection.
            logger.debug("public response broke off", metadata: ["parley.error": "\(error)"])
        }
    }
}
