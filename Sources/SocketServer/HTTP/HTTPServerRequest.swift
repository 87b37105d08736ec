public import NIOCore
public import NIOHTTP1

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
