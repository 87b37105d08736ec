/// What somebody looks for, and where. CONTRACT section 3, `message:search`.
public struct SearchRequest: Sendable, Hashable {
    /// Data, never syntax: see ``SearchQuery``.
    public var query: String
    /// `nil`: all chats.
    public var chatID: ChatID?
    /// Only what this user wrote.
    public var senderID: UserID?
    /// Only what was made before this moment, and at it or after it.
    public var before: Timestamp?
    public var after: Timestamp?
    /// Its `after` is the ``SearchPage/next`` of the page before.
    public var page: PageRequest

    public init(
        _ query: String, in chat: ChatID? = nil, from sender: UserID? = nil, before: Timestamp? = nil,
        after: Timestamp? = nil, page: PageRequest = PageRequest()
    ) {
        self.query = query
        self.page = page
        self.before = before
        self.after = after
        chatID = chat
        senderID = sender
    }
}
