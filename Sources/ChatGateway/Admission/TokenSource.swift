import ByteText
import ChatCore
import EngineIO
import NIOHTTP1
import SocketIO

/// Where a client's token is: `auth.token`, or an `Authorization: Bearer` header on the handshake request.
enum TokenSource {
    static func token(of request: ConnectRequest) -> String? {
        if case .string(let text)? = request.auth["token"] {
            let token = BearerToken.alone(text)
            if !token.isEmpty { return token.string }
        }
        return request.handshake.headers["authorization"].first.flatMap { BearerToken.inHeader(ByteString($0))?.string }
    }
}
