import ChatCore

/// One connected socket, as `GET /admin/connections` shows it.
public struct ConnectionInfo: Sendable, Hashable {
    /// The Socket.IO session id.
    public var sid: String
    public var userID: UserID
    /// The client's address, as resolved through trusted proxies.
    public var address: String
    /// `polling` or `websocket`.
    public var transport: String
    public var connectedAt: Timestamp
    public var userAgent: String?

    public init(
        sid: String, userID: UserID, address: String, transport: String, connectedAt: Timestamp, userAgent: String?
    ) {
        self.sid = sid
        self.userID = userID
        self.address = address
        self.transport = transport
        self.connectedAt = connectedAt
        self.userAgent = userAgent
    }
}
