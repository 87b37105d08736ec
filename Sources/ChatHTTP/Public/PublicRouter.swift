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
    private let prefix: PathPrefix?
    private let logger: Logger

    init(
        files: FileSite, events: EventSite, documents: [StaticDocument], cors: CORSPolicy, prefix: PathPrefix? = nil,
        logger: Logger
    ) {
        self.cors = cors
        self.prefix = prefix
        self.logger = logger
        table = RouteTable(
            [.open(.get, "/healthz") { _ in .state("ok") }]
                + files.routes + events.routes
                + ChatPage.assets.map { asset in Route.open(.get, asset.path) { asset.response(to: $0.request) } }
                + documents.map { document in Route.open(.get, document.path) { _ in document.response } }
                + ClientHint.routes + (prefix.map { [Self.entrance(to: $0)] } ?? []))
    }

    /// The first parts of paths that a prefix may not have: a path with the like of `/files/{id}` would be read both
    /// ways.
    static let ownParts: Set<ByteString> = ["api", "files", "socket.io"]

    /// The page's addresses are relative: without the slash they would lead to beside the prefix. So is this one's, for
    /// a proxy may have taken more off.
    private static func entrance(to prefix: PathPrefix) -> Route {
        let last = prefix.description.utf8.reversed().prefix { $0 != UInt8(ascii: "/") }.reversed()
        let address = String(decoding: last, as: UTF8.self) + "/"
        return .open(.get, prefix.description) { call in
            let query = call.request.uri.query.map { "?" + $0 } ?? ""
            return Response(status: .temporaryRedirect, headers: [.location: address + query])
        }
    }

    /// The route of a target, or of what it is inside of the prefix.
    func match(_ method: HTTPRequest.Method, target: String) -> RouteTable.Match? {
        table.match(method, target: target) ?? prefix?.inside(target).flatMap { table.match(method, target: $0) }
    }

    func respond(to request: HTTPServerRequest, body: HTTPRequestBody, writer: HTTPResponseWriter) async {
        let method = HTTPRequest.Method(rawValue: request.head.method.rawValue)
        let match = method.flatMap { self.match($0, target: request.head.uri) }
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
            return match?.route.answersAcks == true ? .ack(refusing: error) : failure.response
        }
    }

    /// What a page may read besides the headers that it always may.
    private static let exposed =
        "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, Location, Retry-After"
}
