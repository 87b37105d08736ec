import ByteText
import HTTPTypes
import Hummingbird
import Logging
import NIOHTTP1
import SocketServer

/// The routes of the public listener besides Socket.IO's.
struct PublicRouter: Sendable {
    let table: RouteTable
    private let cors: CORSPolicy
    private let logger: Logger

    init(files: FileSite, documents: [StaticDocument], cors: CORSPolicy, logger: Logger) {
        self.cors = cors
        self.logger = logger
        table = RouteTable(
            [.open(.get, "/healthz") { _ in .state("ok") }]
                + files.routes
                + ChatPage.assets.map { asset in Route.open(.get, asset.path) { asset.response(to: $0.request) } }
                + documents.map { document in Route.open(.get, document.path) { _ in document.response } }
                + ClientHint.routes)
    }

    func respond(to request: HTTPServerRequest, body: HTTPRequestBody, writer: HTTPResponseWriter) async {
        let method = HTTPRequest.Method(rawValue: request.head.method.rawValue)
        let match = method.flatMap { table.match($0, target: request.head.uri) }
        if let match, let methods = match.allowed, match.route.isShared, method == .options {
            let names = methods.map(\.rawValue).joined(separator: ", ")
            await writer.respond(.noContent, headers: cors.preflight(for: request.head.headers, methods: names))
            return
        }
        await RequestBridge(writer: writer, logger: logger).answer(request, body) { headers in
            // Pages of other origins may use files as they use the socket; they have no business with anything else.
            guard match?.route.isShared == true else { return }
            cors.apply(to: &headers, for: request.head.headers)
            headers.add(name: "Access-Control-Expose-Headers", value: Self.exposed)
        } with: { incoming in
            await answer(match, incoming, on: PublicConnection(request, writer))
        }
    }

    /// Errors in the same form as the admin endpoint's.
    func answer(
        _ match: RouteTable.Match?, _ request: Request, on connection: PublicConnection
    ) async -> Response {
        do {
            guard let match else { throw HTTPFailure.notFound("There is nothing here.") }
            return try await RouteTable.answer(match, request, on: connection)
        } catch {
            let failure = HTTPFailure.toUser(error)
            if failure.status == .internalServerError, !Task.isCancelled {
                logger.error("public call failed", metadata: ["parley.error": "\(error)"])
            }
            return failure.response
        }
    }

    /// What a page may read besides the headers that it always may.
    private static let exposed =
        "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, Location, Retry-After"
}
