public import NIOHTTP1

/// Whether a handshake becomes a session.
public enum EngineAdmission: Sendable {
    case accept
    case refuse(EngineRefusal)
}

/// The HTTP answer to a handshake that does not become a session: `{"code":…,"message":…}`, with CORS headers, so
/// that a browser shows the reason. Stock clients try again by themselves.
public struct EngineRefusal: Sendable, Equatable {
    public var status: HTTPResponseStatus
    /// A stable name of the reason.
    public var code: String
    /// A sentence for people.
    public var message: String
    /// Seconds of the `Retry-After` header; nil leaves it out.
    public var retryAfter: Int?

    public init(
        status: HTTPResponseStatus = .serviceUnavailable, code: String = "unavailable", message: String,
        retryAfter: Int? = nil
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }
}
