public import NIOHTTP1
import SocketServer

/// The request that made a session.
///
/// Sessions keep it for life, so the headers are kept as one text and taken apart when they are asked for.
public struct EngineHandshake: Sendable {
    /// The path, without the query.
    public let path: String
    /// The client's address, looked up behind trusted proxies; `unix` for a Unix socket.
    public let remoteAddress: String
    /// Whether the client speaks TLS, with this server or with a trusted proxy.
    public let isSecure: Bool
    /// The transport it asked for: `polling` or `websocket`.
    public let transportName: String

    private let rawQuery: String
    private let rawHeaders: String

    public init(
        path: String, rawQuery: String, headers: HTTPHeaders, remoteAddress: String, isSecure: Bool,
        transportName: String
    ) {
        self.path = path
        self.rawQuery = rawQuery
        self.remoteAddress = remoteAddress
        self.isSecure = isSecure
        self.transportName = transportName
        var text = ""
        text.reserveCapacity(headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 2 })
        for (name, value) in headers {
            text += name
            text += ":"
            text += value
            text += "\n"
        }
        rawHeaders = text
    }

    init(_ exchange: HTTPExchange, transport: EngineTransport) {
        self.init(
            path: String(exchange.path), rawQuery: String(exchange.rawQuery), headers: exchange.head.headers,
            remoteAddress: exchange.remoteAddress, isSecure: exchange.isSecure, transportName: transport.rawValue)
    }

    /// The request's headers. Made at each call.
    public var headers: HTTPHeaders {
        var headers = HTTPHeaders()
        for line in rawHeaders.utf8.split(separator: UInt8(ascii: "\n")) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            headers.add(
                name: String(decoding: line[..<colon], as: UTF8.self),
                value: String(decoding: line[line.index(after: colon)...], as: UTF8.self))
        }
        return headers
    }

    /// The request's query. Made at each call.
    public var query: EngineQuery { EngineQuery(rawQuery) }
}
