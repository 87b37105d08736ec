/// One durable change, as told to those whom it concerns after its commit.
public enum Change: Sendable, Hashable {
    case messageNew(Message)
    /// An edit: the message's latest state.
    case messageUpdated(Message)
    /// The tombstone.
    case messageDeleted(Message)
    case messageReaction(ReactionChange)
    case messageRead(Receipt)
    case messageDelivered(Receipt)
    /// A chat was made; `members` are all of them.
    case chatCreated(Chat, members: [UserID])
    case chatUpdated(Chat)
    /// `members` are those it had.
    case chatDeleted(ChatID, members: [UserID])
    case memberAdded(Chat, UserCard)
    case memberRemoved(ChatID, UserID)
    case memberRoleChanged(ChatID, UserID, Member.Role)
    case userCreated(UserCard)
    /// `in`: the user's chats, whose members hear it; empty where it is told to one who missed it.
    case userUpdated(UserCard, in: [ChatID])
    case userDeleted(UserID)
    case userBlocked(UserID)
    case userUnblocked(UserID)
    case tokensRevoked(UserID)
    case tokenRevoked(TokenID, UserID)
}

/// A reaction that somebody gave or took back.
public struct ReactionChange: Sendable, Hashable {
    public var chatID: ChatID
    public var messageID: MessageID
    /// The message's.
    public var seq: Int64
    public var userID: UserID
    public var emoji: String
    public var removed: Bool
    /// All that the message has now.
    public var reactions: [Message.Reaction]

    public init(
        chatID: ChatID, messageID: MessageID, seq: Int64, userID: UserID, emoji: String, removed: Bool,
        reactions: [Message.Reaction]
    ) {
        self.chatID = chatID
        self.messageID = messageID
        self.seq = seq
        self.userID = userID
        self.emoji = emoji
        self.removed = removed
        self.reactions = reactions
    }
}

/// A watermark that rose: everything up to `seq` was read or delivered.
public struct Receipt: Sendable, Hashable {
    public var chatID: ChatID
    public var userID: UserID
    public var messageID: MessageID
    public var seq: Int64
    public var at: Timestamp
    /// How many members the chat has; above `--quiet-members` nobody but the reader is told.
    public var memberCount: Int

    public init(
        chatID: ChatID, userID: UserID, messageID: MessageID, seq: Int64, at: Timestamp, memberCount: Int
    ) {
        self.chatID = chatID
        self.userID = userID
        self.messageID = messageID
        self.seq = seq
        self.at = at
        self.memberCount = memberCount
    }
}
