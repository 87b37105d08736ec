import SocketServer

/// What a route may know of the connection that a request came on, and do to it.
struct PublicConnection: Sendable {
    /// The client's address, looked up behind trusted proxies.
    var address: String
    /// A valid token came with the request.
    var vouch: @Sendable () -> Void = {}
    /// Ends the connection: the client sees that the response is not whole.
    var abort: @Sendable () -> Void = {}
}

extension PublicConnection {
    init(_ request: HTTPServerRequest, _ writer: HTTPResponseWriter) {
        self.init(address: request.remoteAddress, vouch: { writer.vouch() }, abort: { writer.abort() })
    }
}
