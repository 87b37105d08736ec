public import ByteText
import Logging
import SocketServer

/// What the public listener answers besides Socket.IO, as the fallback of its dispatcher.
///
/// Apart from ``PublicRouter``, because Hummingbird has an `HTTPResponder` too.
public struct PublicSite: HTTPResponder {
    let router: PublicRouter

    /// The first parts of paths that no prefix may have, for it would be read both ways.
    public static var ownParts: Set<ByteString> { PublicRouter.ownParts }

    /// - Parameters:
    ///   - events: the events of sockets, over HTTP.
    ///   - documents: open texts besides its own.
    ///   - cors: which pages may use files; that of the socket.
    ///   - prefix: below what path everything lies as well.
    public init(
        files: FileSite, events: EventSite, documents: [StaticDocument] = [], cors: CORSPolicy,
        prefix: PathPrefix? = nil, logger: Logger
    ) {
        router = PublicRouter(
            files: files, events: events, documents: documents, cors: cors, prefix: prefix, logger: logger)
    }

    public func respond(to request: HTTPServerRequest, body: HTTPRequestBody, writer: HTTPResponseWriter) async {
        await router.respond(to: request, body: body, writer: writer)
    }
}
