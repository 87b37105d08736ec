import ByteText
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import SocketServer

/// The routes of the public listener: a Hummingbird router behind the socket server's pipeline.
struct PublicRouter: Sendable {
    private let responder: RouterResponder<PublicContext>
    private let cors: CORSPolicy
    private let logger: Logger

    init(files: FileSite, documents: [StaticDocument], cors: CORSPolicy, logger: Logger) {
        self.cors = cors
        self.logger = logger
        let router = Router(context: PublicContext.self)
        let paths = Set(documents.map(\.path))
        router.add(
            middleware: PublicMiddleware(
                methods: { paths.contains($0) ? [.get, .head] : Self.methods(of: $0) }, logger: logger))
        for method in [HTTPRequest.Method.get, .head] {
            router.on("/healthz", method: method) { _, _ in Response.json(.object([("status", .string("ok"))])) }
            router.on("/files/{id}", method: method, use: files.download)
            for asset in ChatPage.assets {
                router.on(RouterPath(asset.path), method: method) { request, _ in asset.response(to: request) }
            }
            for document in documents {
                router.on(RouterPath(document.path), method: method) { _, _ in document.response }
            }
        }
        router.post("/files", use: files.upload)
        responder = router.buildResponder()
    }

    private static func methods(of path: String) -> [HTTPRequest.Method]? {
        switch path {
        case "/healthz": [.get, .head]
        case "/files": [.post, .options]
        case _ where ChatPage.paths.contains(path): [.get, .head]
        case _ where isFile(path): [.get, .head, .options]
        default: nil
        }
    }

    private static func isFile(_ path: String) -> Bool {
        path.hasPrefix("/files/") && !path.dropFirst(7).contains("/") && path.utf8.count > 7
    }

    func respond(to request: HTTPServerRequest, body: HTTPRequestBody, writer: HTTPResponseWriter) async {
        guard let head = HTTPRequest(request) else {
            await writer.respond(.badRequest)
            return
        }
        let incoming = Request(head: head, body: RequestBody(asyncSequence: body))
        // Pages of other origins may use files as they use the socket; they have no business with anything else.
        let crosses = incoming.uri.path == "/files" || incoming.uri.path.hasPrefix("/files/")
        if crosses, head.method == .options, let methods = Self.methods(of: incoming.uri.path) {
            let names = methods.map(\.rawValue).joined(separator: ", ")
            await writer.respond(.noContent, headers: cors.preflight(for: request.head.headers, methods: names))
            return
        }
        let context = PublicContext(
            source: PublicContext.Origin(logger: logger, connection: PublicConnection(request, writer)))
        let response: Response
        do {
            response = try await responder.respond(to: incoming, context: context)
        } catch {
            response = HTTPFailure(error).response
        }
        var answer = HTTPResponseHead(response)
        if crosses {
            cors.apply(to: &answer.headers, for: request.head.headers)
            answer.headers.add(name: "Access-Control-Expose-Headers", value: Self.exposed)
        }
        await write(answer, response.body, to: head.method, writer)
    }

    /// What a page may read besides the headers that it always may.
    private static let exposed =
        "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, Location, Retry-After"

    private func write(
        _ head: HTTPResponseHead, _ body: ResponseBody, to method: HTTPRequest.Method, _ writer: HTTPResponseWriter
    ) async {
        await writer.writeHead(head)
        guard method != .head else {
            await writer.finish()
            return
        }
        do {
            try await body.write(PublicBodyWriter(writer: writer))
        } catch {
            // The client went away, or the body broke off: the pipeline ends a response that is not whole by ending the
            // connection.
            logger.debug("public response broke off", metadata: ["parley.error": "\(error)"])
        }
    }
}
