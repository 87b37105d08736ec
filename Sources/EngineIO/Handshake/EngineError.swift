import NIOCore
import NIOHTTP1

/// The protocol's own error answers, with the codes and messages of the reference server.
enum EngineError: Int, Sendable {
    case unknownTransport = 0
    case unknownSession = 1
    case badHandshakeMethod = 2
    case badRequest = 3
    case forbidden = 4
    case unsupportedProtocolVersion = 5

    var message: String {
        switch self {
        case .unknownTransport: "Transport unknown"
        case .unknownSession: "Session ID unknown"
        case .badHandshakeMethod: "Bad handshake method"
        case .badRequest: "Bad request"
        case .forbidden: "Forbidden"
        case .unsupportedProtocolVersion: "Unsupported protocol version"
        }
    }

    var status: HTTPResponseStatus { self == .forbidden ? .forbidden : .badRequest }

    var body: ByteBuffer { ByteBuffer(string: #"{"code":\#(rawValue),"message":"\#(message)"}"#) }
}
