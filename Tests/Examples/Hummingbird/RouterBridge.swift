import HTTPTypes
import Hummingbird
import Logging
import NIOHTTP1
import SocketServer

import protocol SocketServer.HTTPResponder

/// Answers with a Hummingbird router what no service of a socket server is registered for.
struct RouterBridge: HTTPResponder {
    struct Context: RequestContext {
        struct Source: RequestContextSource {
            let logger: Logger
        }

        var coreContext: CoreRequestContextStorage

        init(source: Source) { coreContext = .init(source: source) }
    }

    private let router: RouterResponder<Context>
    private let logger: Logger

    init(_ router: Router<Context>, logger: Logger = Logger(label: "http")) {
        self.router = router.buildResponder()
        self.logger = logger
    }

    func respond(to request: HTTPServerRequest, body: HTTPRequestBody, writer: HTTPResponseWriter) async {
        guard let head = HTTPRequest(request) else { return await writer.respond(.badRequest) }
        let request = Request(head: head, body: RequestBody(asyncSequence: body))
        let context = Context(source: .init(logger: logger))
        do {
            try await write(await answer(request, context), to: writer)
        } catch {
            // The client has gone, or the body broke off: the response is not whole, and the connection ends.
            logger.debug("a response broke off", metadata: ["error": "\(error)"])
        }
    }

    private func answer(_ request: Request, _ context: Context) async throws -> Response {
        do {
            return try await router.respond(to: request, context: context)
        } catch let error as any HTTPResponseError {
            return try error.response(from: request, context: context)
        }
    }

    private func write(_ response: Response, to writer: HTTPResponseWriter) async throws {
        var headers = HTTPHeaders(response.headers.map { ($0.name.rawName, $0.value) })
        if let length = response.body.contentLength {
            headers.replaceOrAdd(name: "Content-Length", value: String(length))
        }
        await writer.writeHead(
            HTTPResponseHead(version: .http1_1, status: .init(statusCode: response.status.code), headers: headers))
        try await response.body.write(BodyWriter(writer: writer))
    }

    private struct BodyWriter: ResponseBodyWriter {
        let writer: HTTPResponseWriter

        func write(_ part: ByteBuffer) async throws { try await writer.write(part) }

        consuming func finish(_ trailers: HTTPFields?) async throws {
            await writer.finish(trailers: trailers.map { HTTPHeaders($0.map { ($0.name.rawName, $0.value) }) })
        }
    }
}

extension HTTPRequest {
    /// `nil` when the head has a method or a field that these types do not know.
    fileprivate init?(_ request: HTTPServerRequest) {
        guard let method = HTTPRequest.Method(rawValue: request.head.method.rawValue) else { return nil }
        self.init(
            method: method, scheme: request.isSecure ? "https" : "http",
            authority: request.head.headers.first(name: "host"), path: request.head.uri)
        for (name, value) in request.head.headers {
            guard let name = HTTPField.Name(name) else { return nil }
            headerFields.append(HTTPField(name: name, value: value))
        }
    }
}
