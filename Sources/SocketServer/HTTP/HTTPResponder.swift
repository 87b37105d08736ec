public import NIOCore
public import NIOHTTP1

/// Answers requests in a task, with streamed bodies both ways: the seam for a web framework.
public protocol HTTPResponder: Sendable {
    /// Answers one request. The task is cancelled when the client goes away. Returning without a response answers 500;
    /// returning in the middle of one ends the connection, so that the client sees that it is not whole.
    func respond(to request: HTTPServerRequest, body: HTTPRequestBody, writer: HTTPResponseWriter) async
}

/// A request's head and where it came from.
public struct HTTPServerRequest: Sendable {
    public let head: HTTPRequestHead
    /// The client's address, looked up behind trusted proxies; `unix` for a Unix socket.
    public let remoteAddress: String
    /// Whether the client speaks TLS, with this server or with a trusted proxy.
    public let isSecure: Bool
    /// The loop of the connection.
    public let eventLoop: any EventLoop
}

/// Answers 404 to everything.
public struct NotFoundResponder: HTTPResponder {
    public init() {}

    public func respond(to request: HTTPServerRequest, body: HTTPRequestBody, writer: HTTPResponseWriter) async {
        await writer.respond(.notFound)
    }
}
