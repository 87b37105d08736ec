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
    /// Bytes of one file; default 10,000,000.
    public var maxAttachment: Int64
    /// Bytes of all files together, those being uploaded or erased too.
    public var maxStorage: Int64

    /// For how long the feed can tell at least who left a chat: how far behind a reader of it may fall. See
    /// ``FeedPosition``.
    public static let feedWindow: Duration = .seconds(14 * 86_400)
    /// Files of one message.
    public static let maxAttachments = 10
    /// Files that a user may have uploaded and not sent: what one user can fill the storage with.
    public static let maxUnsentFiles = 100
    /// A file that was not sent by then is gone. CONTRACT section 4.
    public static let unsentFileLife: Duration = .seconds(86_400)

    public init(
        maxMessageLength: Int = 5000, clientsCreateChats: ClientsCreateChats = .none,
        historyVisibility: HistoryVisibility = .all, quietMembers: Int = 100,
        recoveryWindow: Duration = .seconds(604_800), maxAttachment: Int64 = 10_000_000, maxStorage: Int64 = .max
    ) {
        self.maxMessageLength = maxMessageLength
        self.clientsCreateChats = clientsCreateChats
        self.historyVisibility = historyVisibility
        self.quietMembers = quietMembers
        self.recoveryWindow = recoveryWindow
        self.maxAttachment = maxAttachment
        self.maxStorage = maxStorage
    }
}
