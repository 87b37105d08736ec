import Logging
import SocketServer

/// What the public listener answers besides Socket.IO, as the fallback of its dispatcher.
///
/// Apart from ``PublicRouter``, because Hummingbird has an `HTTPResponder` too.
public struct PublicSite: HTTPResponder {
    let router: PublicRouter

    /// - Parameters:
    ///   - documents: open texts besides its own.
    ///   - cors: which pages may use files; that of the socket.
    public init(files: FileSite, documents: [StaticDocument] = [], cors: CORSPolicy, logger: Logger) {
        router = PublicRouter(files: files, documents: documents, cors: cors, logger: logger)
    }

    public func respond(to request: HTTPServerRequest, body: HTTPRequestBody, writer: HTTPResponseWriter) async {
        await router.respond(to: request, body: body, writer: writer)
    }
}
