/// One message of a chat. CONTRACT section 3, "Message object".
public struct Message: Hashable, Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case text, image, file
        /// Made by the server or the operator; has no sender.
        case system
    }

    public var id: MessageID
    public var chatID: ChatID
    /// Counts from 1 in each chat, by 1, without gaps.
    public var seq: Int64
    /// `nil`: a system message.
    public var sender: UserCard?
    /// Empty in a tombstone.
    public var content: String
    public var kind: Kind
    public var createdAt: Timestamp
    public var clientID: String?
    public var replyTo: Quote?
    public var attachments: [Attachment]
    public var reactions: [Reaction]
    public var editedAt: Timestamp?
    /// Set: the message is a tombstone.
    public var deletedAt: Timestamp?

    public init(
        id: MessageID, chatID: ChatID, seq: Int64, sender: UserCard?, content: String, kind: Kind,
        createdAt: Timestamp, clientID: String? = nil, replyTo: Quote? = nil, attachments: [Attachment] = [],
        reactions: [Reaction] = [], editedAt: Timestamp? = nil, deletedAt: Timestamp? = nil
    ) {
        self.id = id
        self.chatID = chatID
        self.seq = seq
        self.sender = sender
        self.content = content
        self.kind = kind
        self.createdAt = createdAt
        self.clientID = clientID
        self.replyTo = replyTo
        self.attachments = attachments
        self.reactions = reactions
        self.editedAt = editedAt
        self.deletedAt = deletedAt
    }

    /// What a reply shows of the message it answers.
    public struct Quote: Hashable, Sendable {
        public var id: MessageID
        public var seq: Int64
        public var senderID: UserID?
        /// Its beginning, of 200 Unicode scalars at most: ``TextExcerpt``.
        public var content: String

        public init(id: MessageID, seq: Int64, senderID: UserID?, content: String) {
            self.id = id
            self.seq = seq
            self.senderID = senderID
            self.content = content
        }
    }

    /// All who reacted with one emoji, in the order they did.
    public struct Reaction: Hashable, Sendable {
        public var emoji: String
        public var userIDs: [UserID]

        public init(emoji: String, userIDs: [UserID]) {
            self.emoji = emoji
            self.userIDs = userIDs
        }
    }
}

/// A file sent with a message. CONTRACT section 3 (message object) and 4.
public struct Attachment: Hashable, Sendable {
    public var id: FileID
    public var name: String
    /// Bytes.
    public var size: Int64
    public var mimeType: String
    /// Pixels; `nil` where it is no image that Parley can measure.
    public var width: Int?
    public var height: Int?

    public init(id: FileID, name: String, size: Int64, mimeType: String, width: Int?, height: Int?) {
        self.id = id
        self.name = name
        self.size = size
        self.mimeType = mimeType
        self.width = width
        self.height = height
    }
}

/// A file's id: opaque, unguessable.
public typealias FileID = Identifier<Attachment>
