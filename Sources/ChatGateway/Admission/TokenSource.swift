import EngineIO
import NIOHTTP1
import SocketIO

/// Where a client's token is: `auth.token`, or an `Authorization: Bearer` header on the handshake request.
enum TokenSource {
    static func token(of request: ConnectRequest) -> String? {
        if case .string(let token)? = request.auth["token"], !token.isEmpty { return withoutScheme(token) }
        return request.handshake.headers["authorization"].first.flatMap { header in
            let parts = header.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
            return String(parts[1].drop(while: { $0 == " " }))
        }
    }

    /// Some apps put the whole header value into `auth.token`.
    private static func withoutScheme(_ token: String) -> String {
        token.lowercased().hasPrefix("bearer ") ? String(token.dropFirst(7)) : token
    }
}
