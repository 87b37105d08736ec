import SocketServer

/// What the admin listener answers, behind the socket server's pipeline.
///
/// Apart from ``AdminDesk``, because Hummingbird has an `HTTPResponder` too.
public struct AdminResponder: HTTPResponder {
    let desk: AdminDesk

    public func respond(to request: HTTPServerRequest, body: HTTPRequestBody, writer: HTTPResponseWriter) async {
        await RequestBridge(writer: writer, logger: desk.logger).answer(request, body) { incoming in
            await desk.answer(incoming, on: PublicConnection(request, writer))
        }
    }
}
