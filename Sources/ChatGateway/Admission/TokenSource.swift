import ByteText
import EngineIO
import NIOHTTP1
import SocketIO

/// Where a client's token is: `auth.token`, or an `Authorization: Bearer` header on the handshake request.
enum TokenSource {
    static func token(of request: ConnectRequest) -> String? {
        if case .string(let text)? = request.auth["token"] {
            // Some apps put the whole header value into `auth.token`.
            let token = afterScheme(text) ?? text.asciiTrimmed
            if !token.isEmpty { return token.string }
        }
        return request.handshake.headers["authorization"].first.flatMap { afterScheme(ByteString($0))?.string }
    }

    private static func afterScheme(_ text: ByteString) -> ByteString? {
        let text = text.asciiTrimmed
        let scheme: ByteString = "bearer "
        return text.startsIgnoringCase(with: scheme) ? text.dropFirst(scheme.count).asciiTrimmed : nil
    }
}
