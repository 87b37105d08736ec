/// A message in an archive, its reactions aside.
public struct ArchiveMessage: Sendable, Hashable {
    public var chatID: ChatID
    /// `nil` in archives that others wrote: one is made of `createdAt`.
    public var id: MessageID?
    /// `nil` in archives that others wrote: the chat's next.
    public var seq: Int64?
    /// `nil`: a system message.
    public var senderID: UserID?
    /// Empty in a tombstone.
    public var content: String
    public var kind: Message.Kind
    public var createdAt: Timestamp
    public var clientID: String?
    /// The `seq` of the message of the same chat that it answers.
    public var replyTo: Int64?
    public var editedAt: Timestamp?
    /// Set: a tombstone.
    public var deletedAt: Timestamp?

    public init(
        chatID: ChatID, id: MessageID? = nil, seq: Int64? = nil, senderID: UserID?, content: String,
        kind: Message.Kind, createdAt: Timestamp, clientID: String? = nil, replyTo: Int64? = nil,
        editedAt: Timestamp? = nil, deletedAt: Timestamp? = nil
    ) {
        self.chatID = chatID
        self.id = id
        self.seq = seq
        self.senderID = senderID
        self.content = content
        self.kind = kind
        self.createdAt = createdAt
        self.clientID = clientID
        self.replyTo = replyTo
        self.editedAt = editedAt
        self.deletedAt = deletedAt
    }
}
