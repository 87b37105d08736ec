/// What the rules look at of a message that is there, tombstones included.
public struct MessageRecord: Sendable {
    /// The revision that made it.
    public var n: Int64
    public var chatKey: Int64
    public var seq: Int64
    public var kind: Message.Kind
    public var content: String
    public var isEdited: Bool
    public var isDeleted: Bool
    /// `nil`: a system message.
    public var senderKey: Int64?
    public var senderID: UserID?
    /// The message it answers.
    public var replyN: Int64?
    public var hasFiles: Bool

    public init(
        n: Int64, chatKey: Int64, seq: Int64, kind: Message.Kind, content: String, isEdited: Bool, isDeleted: Bool,
        senderKey: Int64?, senderID: UserID?, replyN: Int64?, hasFiles: Bool
    ) {
        self.n = n
        self.chatKey = chatKey
        self.seq = seq
        self.kind = kind
        self.content = content
        self.isEdited = isEdited
        self.isDeleted = isDeleted
        self.senderKey = senderKey
        self.senderID = senderID
        self.replyN = replyN
        self.hasFiles = hasFiles
    }
}

/// A message to be stored: ``MessageRecord`` before it is there.
public struct NewMessageRecord: Sendable {
    public var n: Int64
    public var chatKey: Int64
    public var seq: Int64
    public var kind: Message.Kind
    public var content: String
    public var senderKey: Int64?
    public var clientID: String?
    public var replyN: Int64?

    public init(
        n: Int64, chatKey: Int64, seq: Int64, kind: Message.Kind, content: String, senderKey: Int64?,
        clientID: String?, replyN: Int64?
    ) {
        self.n = n
        self.chatKey = chatKey
        self.seq = seq
        self.kind = kind
        self.content = content
        self.senderKey = senderKey
        self.clientID = clientID
        self.replyN = replyN
    }
}
