/// Where a listener listens: `ADDR:PORT`, `[V6]:PORT` or `unix:PATH`.
enum ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// `host` without brackets; port 0 lets the system choose.
    case inet(host: String, port: Int)
    case unix(path: String)

    /// - Returns: `nil` when `text` is no address.
    init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            // The kernel's sockaddr_un holds 107 bytes of a path.
            guard !path.isEmpty, path.utf8.count < 108 else { return nil }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "/" }) else { return nil }
        self = .inet(host: String(host), port: Int(port))
    }

    var description: String {
        switch self {
        case .inet(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
