import NIOCore
import NIOHTTP1

/// What a refusal says: no answer that is an error goes out without a body, wherever it was refused. The form is that
/// of the services behind this server, so that a client reads one kind of error.
enum HTTPRefusal {
    private static let texts: [UInt: (code: String, message: String)] = [
        400: ("invalid", "This is no request that HTTP allows, or it breaks off."),
        404: ("not_found", "There is nothing here."),
        405: ("method_not_allowed", "This address does not take that method."),
        408: ("timeout", "The request did not come in time."),
        413: ("payload_too_large", "The body is too long."),
        414: ("uri_too_long", "The address is too long."),
        426: ("upgrade_required", "Only another version of the protocol is spoken here."),
        431: ("headers_too_large", "The address and the headers are too long."),
        500: ("internal", "Something went wrong here; the log has the cause."),
        501: ("not_implemented", "This server does not do that."),
        503: ("unavailable", "The server is busy or stopping; try again."),
        505: ("version_not_supported", "Only HTTP/1.0 and HTTP/1.1 are spoken here."),
    ]

    private static let bodies: [UInt: ByteBuffer] = texts.mapValues { text in
        ByteBuffer(string: #"{"error":{"code":"\#(text.code)","message":"\#(text.message)"}}"# + "\n")
    }

    static let contentType = "application/json; charset=utf-8"

    /// `nil` for what is no refusal.
    static func body(of status: HTTPResponseStatus) -> ByteBuffer? {
        guard status.code >= 400 else { return nil }
        return bodies[status.code] ?? ByteBuffer(
            string: #"{"error":{"code":"refused","message":"\#(status.reasonPhrase)"}}"# + "\n")
    }
}
