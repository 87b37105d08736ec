public import ChatCore

/// What the gateway can be told. Defaults are those of CONTRACT section 1.
public struct GatewayConfiguration: Sendable {
    /// A valid token of an unknown user creates the user.
    public var autoCreateUsers = false
    /// Sends of one user, a second, in bursts of three times as many; 0 is no limit.
    public var messageRate = 20
    /// What the events of one user may cost a second (``Price``; a plain one costs 1), in bursts of three times as
    /// much; 0 is no limit.
    public var eventRate = 100
    /// Past it the user loses the oldest connection.
    public var maxConnectionsPerUser = 20
    /// How long a user who lost the last connection still counts as online.
    public var presenceGrace: Duration = .milliseconds(10_000)
    /// After it a `typing:start` ends by itself.
    public var typingTimeout: Duration = .milliseconds(6000)
    /// Chats with more members get no per-member receipts and presence events.
    public var quietMembers = 100
    /// Whether new members see the messages from before they joined, as the store's policy has it.
    public var historyVisibility = ChatPolicy.HistoryVisibility.all
    /// Unicode scalars of a message; told to clients in `session:ready`.
    public var maxMessageLength = 5000
    /// Bytes of one file; told to clients.
    public var maxAttachment: Int64 = 10_000_000
    /// Bytes of one Engine.IO packet; told to clients.
    public var maxPayload = 1_000_000
    /// How often statuses that changed are told, and receipts that were held back: changes meanwhile are one event.
    public var presenceInterval: Duration = .milliseconds(200)
    /// How long after one receipt of a member and chat the next is told.
    public var receiptInterval: Duration = .seconds(1)
    /// How old the last offset a socket got may become.
    public var offsetAge: Duration = .seconds(600)
    /// How long before its end a token's expiry is announced.
    public var expiryNotice: Duration = .seconds(60)

    public init() {}
}
