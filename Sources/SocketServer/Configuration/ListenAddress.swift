public import NIOCore

/// Where a server listens.
public enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A TCP address; port 0 takes a free one. `::` takes IPv4 as well (dual stack), and falls back to `0.0.0.0` where
    /// the machine has no IPv6.
    case tcp(host: String, port: Int)
    /// A Unix domain socket. A stale file of one that nobody serves any more is replaced.
    case unix(path: String)
    /// A descriptor that listens already, as systemd passes it (`LISTEN_FDS`). Owned by the server from then on.
    case descriptor(NIOBSDSocket.Handle)

    /// Reads `HOST:PORT`, `[HOST]:PORT`, `:PORT` (any address) or `unix:PATH`.
    /// - Throws: ``SocketServerError/malformedAddress(_:)``.
    public init(_ text: String) throws(SocketServerError) {
        if text.hasPrefix("unix:"), text.utf8.count > 5 {
            self = .unix(path: String(text.dropFirst(5)))
            return
        }
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { throw .malformedAddress(text) }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard host.contains(":") else { throw .malformedAddress(text) }
        } else if host.contains(":") || host.contains("[") {
            throw .malformedAddress(text)
        }
        self = .tcp(host: host.isEmpty ? "::" : host, port: Int(port))
    }

    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        case .descriptor(let descriptor): "descriptor \(descriptor)"
        }
    }
}
