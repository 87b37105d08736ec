public import NIOHTTP1
import SocketServer

/// The request that made a session.
///
/// A session keeps it for life and each of its sockets too, so it is one object that they share; the headers are one
/// text, taken apart when they are asked for, and what nobody will ask for can be let go: ``reduced(toHeaders:)``.
public struct EngineHandshake: Sendable {
    private final class Content: Sendable {
        let path: String
        let remoteAddress: String
        let isSecure: Bool
        let transport: EngineTransport
        /// The query, then the headers as `name:value`, each in a line of its own.
        let text: String

        init(
            path: String, remoteAddress: String, isSecure: Bool, transport: EngineTransport, rawQuery: String,
            headers: some Sequence<(name: String, value: String)>
        ) {
            self.path = path
            self.remoteAddress = remoteAddress
            self.isSecure = isSecure
            self.transport = transport
            var text = ""
            text.reserveCapacity(
                headers.reduce(rawQuery.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count + 2 })
            text += rawQuery
            for (name, value) in headers {
                text += "\n"
                text += name
                text += ":"
                text += value
            }
            self.text = text
        }
    }

    private let content: Content

    init(
        path: String, rawQuery: String, headers: HTTPHeaders, remoteAddress: String, isSecure: Bool,
        transport: EngineTransport
    ) {
        content = Content(
            path: path, remoteAddress: remoteAddress, isSecure: isSecure, transport: transport,
            rawQuery: rawQuery, headers: headers.lazy.map { (name: $0.name, value: $0.value) })
    }

    private init(_ content: Content) { self.content = content }

    /// The same without the query, and without headers but these; names in lower case.
    public func reduced(toHeaders names: [String]) -> EngineHandshake {
        EngineHandshake(
            Content(
                path: path, remoteAddress: remoteAddress, isSecure: isSecure, transport: content.transport,
                rawQuery: "", headers: names.flatMap { name in headers[name].map { (name: name, value: $0) } }))
    }

    /// The path, without the query.
    public var path: String { content.path }
    /// The client's address, looked up behind trusted proxies; `unix` for a Unix socket.
    public var remoteAddress: String { content.remoteAddress }
    /// Whether the client speaks TLS, with this server or with a trusted proxy.
    public var isSecure: Bool { content.isSecure }
    /// The transport it asked for: `polling` or `websocket`.
    public var transportName: String { content.transport.rawValue }

    init(_ exchange: HTTPExchange, transport: EngineTransport) {
        self.init(
            path: String(exchange.path), rawQuery: String(exchange.rawQuery), headers: exchange.head.headers,
            remoteAddress: exchange.remoteAddress, isSecure: exchange.isSecure, transport: transport)
    }

    /// The request's headers. Made at each call.
    public var headers: HTTPHeaders {
        var headers = HTTPHeaders()
        let lines = content.text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            headers.add(
                name: String(decoding: line[..<colon], as: UTF8.self),
                value: String(decoding: line[line.index(after: colon)...], as: UTF8.self))
        }
        return headers
    }

    /// The request's query. Made at each call.
    public var query: EngineQuery {
        EngineQuery(Substring(content.text.utf8.prefix { $0 != UInt8(ascii: "\n") }))
    }
}
