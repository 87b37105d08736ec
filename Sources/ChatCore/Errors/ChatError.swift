/// Why something was not done. The one error type of the chat rules and of the store.
public struct ChatError: Error, Hashable, Sendable {
    /// CONTRACT section 3, "Codes"; stable, what programs look at.
    public enum Code: String, Sendable, CaseIterable {
        /// A field is missing, mistyped or out of range, or the event is unknown.
        case invalid
        case unauthorized
        /// Also every chat one is not a member of, whether it exists or not.
        case forbidden
        case notFound = "not_found"
        case conflict
        case tooLong = "too_long"
        case rateLimited = "rate_limited"
        case storageFull = "storage_full"
        /// The server cannot now: it is stopping, or the writer is behind.
        case unavailable
        /// A fault of Parley's; the cause is in the log.
        case `internal`
    }

    public var code: Code
    /// One sentence for a person.
    public var message: String
    /// The field at fault, as the caller named it.
    public var field: String?
    /// How long to wait before trying again, where that is known.
    public var retryAfter: Duration?

    public init(_ code: Code, _ message: String, field: String? = nil, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.field = field
        self.retryAfter = retryAfter
    }

    /// Whether the same request may succeed later without a change.
    public var retryable: Bool {
        switch code {
        case .rateLimited, .storageFull, .unavailable, .internal: true
        case .invalid, .unauthorized, .forbidden, .notFound, .conflict, .tooLong: false
        }
    }
}
