import ByteText

/// Who asks. The operator (admin endpoint, shell) may do everything; a user what their role allows.
public enum Principal: Hashable, Sendable {
    case `operator`
    case user(UserID)
}

/// One thing to change durably. Commands are run by the single writer, many to a transaction, in the order submitted;
/// a command that fails leaves nothing behind and does not touch its neighbours.
public enum Command: Sendable {
    // Users. Operator only.
    case createUser(NewUser)
    case updateUser(UserID, UserPatch)
    case deleteUser(UserID, deleteMessages: Bool)
    case setBlocked(UserID, Bool)
    /// A user comes in with a token of others': is made where there is none, and becomes what the token says.
    case signIn(SignIn)
    // Tokens. Operator only.
    case issueToken(NewToken)
    case revokeToken(TokenID)
    /// Every token of the user issued up to now.
    ///
    /// `issuedUpTo`: of tokens that others signed, those that say they were issued up to then, where that is later than
    /// now.
    case revokeTokens(UserID, issuedUpTo: Timestamp? = nil)
    // Chats and members.
    case createChat(NewChat, by: Principal)
    case updateChat(ChatID, ChatPatch, by: Principal)
    case deleteChat(ChatID)
    /// Adds the user, or changes the role of a member. `role: nil` adds as `member` and leaves an existing role.
    case putMember(ChatID, UserID, role: Member.Role?, by: Principal)
    case removeMember(ChatID, UserID, by: Principal)
    // Messages.
    case send(NewMessage)
    case edit(ChatID, MessageID, content: String, by: UserID)
    /// `chatID: nil`: moderation by the operator, who names only the message.
    case delete(ChatID?, MessageID, by: Principal)
    case react(ChatID, MessageID, emoji: String, remove: Bool, by: UserID)
    // Files: begun, appended to and finished by whoever takes the upload in; sent with a message afterwards.
    case beginFile(NewFile)
    /// The next ``StoredFile/chunkSize`` bytes; only the last chunk of a file may have fewer.
    case appendToFile(FileID, [UInt8])
    /// From now on the file is there: for its owner until it is sent.
    case finishFile(FileID, FileTraits)
    /// Takes back a file that was not finished.
    case discardFile(FileID)
    // Receipts: watermarks that only rise.
    case markRead(ChatID, MessageID, by: UserID)
    case markDelivered(ChatID, MessageID, by: UserID)
    // Presence, as far as it is durable.
    case presence([PresenceChange])
    // The feed. Neither has a revision: nobody is told, and no reader of the feed is woken.
    /// Makes the cursor of that name, or moves it: only forward; where it has got further it stays there. `conflict`
    /// for a position that the feed has not reached, and past ``CursorRules/limit`` cursors.
    case advanceCursor(String, to: FeedPosition)
    /// `not_found` where there is none.
    case removeCursor(String)
    // Keys and the like. Operator only; never told to anybody.
    case setSetting(key: String, value: String)
}

public struct NewUser: Sendable, Hashable {
    public var id: UserID?
    public var username: String
    public var displayName: String?
    public var avatarURL: String?

    public init(id: UserID? = nil, username: String, displayName: String? = nil, avatarURL: String? = nil) {
        self.id = id
        self.username = username
        self.displayName = displayName
        self.avatarURL = avatarURL
    }
}

/// `nil` leaves a field as it is; `.some(nil)` clears it.
public struct UserPatch: Sendable, Hashable {
    public var username: String?
    public var displayName: String??
    public var avatarURL: String??

    public init(username: String? = nil, displayName: String?? = nil, avatarURL: String?? = nil) {
        self.username = username
        self.displayName = displayName
        self.avatarURL = avatarURL
    }
}

public struct NewToken: Sendable, Hashable {
    public enum Owner: Sendable, Hashable {
        case id(UserID)
        case username(String)
    }

    /// The `jti`: made by the caller, who signs the token after the commit.
    public var id: TokenID
    public var owner: Owner
    /// Makes the user if there is none (an id makes a user of that id, called by it where that is free).
    public var createUser: Bool
    public var label: String?
    public var expiresAt: Timestamp

    public init(id: TokenID, owner: Owner, createUser: Bool, label: String?, expiresAt: Timestamp) {
        self.id = id
        self.owner = owner
        self.createUser = createUser
        self.label = label
        self.expiresAt = expiresAt
    }
}

public struct NewChat: Sendable, Hashable {
    public var id: ChatID?
    public var name: String?
    public var kind: Chat.Kind
    /// User ids or, where no such id exists, usernames. A user who creates a chat is its owner and need not be named.
    public var members: [String]
    /// Roles of a group's members, by the names that they have in ``members``; who is not in it is a plain one. The
    /// operator's to give.
    public var roles: [ByteString: Member.Role]

    public init(
        id: ChatID? = nil, name: String? = nil, kind: Chat.Kind = .group, members: [String],
        roles: [ByteString: Member.Role] = [:]
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.members = members
        self.roles = roles
    }
}

public struct ChatPatch: Sendable, Hashable {
    public var name: String??

    public init(name: String??) { self.name = name }
}

public struct NewMessage: Sendable, Hashable {
    public var chatID: ChatID
    /// `nil`: the operator's; stored as a `system` message.
    public var sender: UserID?
    public var content: String
    public var kind: Message.Kind
    /// 1–64 of U+0021–U+007E; makes the send exactly once.
    public var clientID: String?
    public var replyTo: MessageID?
    public var attachments: [FileID]

    public init(
        chatID: ChatID, sender: UserID?, content: String, kind: Message.Kind = .text, clientID: String? = nil,
        replyTo: MessageID? = nil, attachments: [FileID] = []
    ) {
        self.chatID = chatID
        self.sender = sender
        self.content = content
        self.kind = kind
        self.clientID = clientID
        self.replyTo = replyTo
        self.attachments = attachments
    }
}

public struct NewFile: Sendable, Hashable {
    /// Made by the caller: unguessable, for whoever names it may ask for it.
    public var id: FileID
    public var owner: UserID
    public var name: String

    public init(id: FileID, owner: UserID, name: String) {
        self.id = id
        self.owner = owner
        self.name = name
    }
}

/// What the bytes of a whole file have told.
public struct FileTraits: Sendable, Hashable {
    public var mimeType: String
    /// Pixels; `nil` where it is no image that Parley can measure.
    public var width: Int?
    public var height: Int?

    public init(mimeType: String, width: Int? = nil, height: Int? = nil) {
        self.mimeType = mimeType
        self.width = width
        self.height = height
    }
}

public struct PresenceChange: Sendable, Hashable {
    public var userID: UserID
    public var online: Bool
    public var at: Timestamp

    public init(userID: UserID, online: Bool, at: Timestamp) {
        self.userID = userID
        self.online = online
        self.at = at
    }
}
