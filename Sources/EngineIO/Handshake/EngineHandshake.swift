// What users of a handshake read.
@_exported public import ByteText
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

        init(path: String, remoteAddress: String, isSecure: Bool, transport: EngineTransport, text: String) {
            self.path = path
            self.remoteAddress = remoteAddress
            self.isSecure = isSecure
            self.transport = transport
            self.text = text
        }
    }

    private let content: Content

    init(
        path: String, rawQuery: String, headers: HTTPHeaders, remoteAddress: String, isSecure: Bool,
        transport: EngineTransport
    ) {
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
        content = Content(
            path: path, remoteAddress: remoteAddress, isSecure: isSecure, transport: transport, text: text)
    }

    private init(_ content: Content) { self.content = content }

    /// The same without the query, and without headers but these; names in lower case.
    package func reduced(toHeaders names: [String]) -> EngineHandshake {
        var text = ""
        for (name, value) in fields {
            let name = ByteString(decoding: name)
            guard names.contains(where: { name.equalsIgnoringCase(ByteString($0)) }) else { continue }
            text += "\n\(name):\(String(decoding: value, as: UTF8.self))"
        }
        return EngineHandshake(
            Content(
                path: path, remoteAddress: remoteAddress, isSecure: isSecure, transport: content.transport,
                text: text))
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
        HTTPHeaders(
            fields.map { (String(decoding: $0.name, as: UTF8.self), String(decoding: $0.value, as: UTF8.self)) })
    }

    private var fields: [(name: Substring.UTF8View, value: Substring.UTF8View)] {
        let lines = content.text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return lines.dropFirst().compactMap { line in
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            return (line[..<colon], line[line.index(after: colon)...])
        }
    }

    /// The request's query. Made at each call.
    public var query: EngineQuery {
        EngineQuery(Substring(content.text.utf8.prefix { $0 != UInt8(ascii: "\n") }))
    }
}

/// The query of a handshake.
public typealias EngineQuery = FormQuery
