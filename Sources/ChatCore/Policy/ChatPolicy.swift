/// What the operator decided about the rules of the chats. CONTRACT section 1; given to the store when it is opened.
public struct ChatPolicy: Sendable, Hashable {
    /// What `chat:create` and `chat:add` may do for users; the operator always may.
    public enum ClientsCreateChats: String, Sendable, CaseIterable {
        case none, direct, all
    }

    /// Whether a new member sees the messages from before they joined.
    public enum HistoryVisibility: String, Sendable, CaseIterable {
        case all, joined
    }

    /// Unicode scalars of a message's content; default 5,000.
    public var maxMessageLength: Int
    public var clientsCreateChats: ClientsCreateChats
    public var historyVisibility: HistoryVisibility
    /// Chats with more members than this get no per-member receipts and presence; default 100.
    public var quietMembers: Int
    /// How far back a returning client is brought up to date; default 7 days.
    public var recoveryWindow: Duration
    /// How many changes (receipts not counted) a returning client is brought; past it, it starts afresh. 10,000.
    public var maxRecoveredChanges: Int

    public init(
        maxMessageLength: Int = 5000, clientsCreateChats: ClientsCreateChats = .none,
        historyVisibility: HistoryVisibility = .all, quietMembers: Int = 100,
        recoveryWindow: Duration = .seconds(604_800), maxRecoveredChanges: Int = 10_000
    ) {
        self.maxMessageLength = maxMessageLength
        self.clientsCreateChats = clientsCreateChats
        self.historyVisibility = historyVisibility
        self.quietMembers = quietMembers
        self.recoveryWindow = recoveryWindow
        self.maxRecoveredChanges = maxRecoveredChanges
    }
}
