/// The records that a command will load by key (``ChatRecords``), as far as the command alone tells: so an engine
/// behind a network can fetch those of a whole batch at once.
///
/// Not in it, because the command does not tell them:
/// - lists and counts: the one who inherits a chat, a user's chats, what does not count as unread, the reactions to a
///   message that is named, what a user has uploaded, the bytes of all files;
/// - what follows from a record that was loaded: the chat of a message that the operator names alone, the whole of a
///   message found by its `clientID`, the direct chat of a pair and its members, the names that are tried where that
///   of a user's id is taken;
/// - what the command itself stored;
/// - what ``LongWork`` loads: that is found bit by bit, in transactions of its own.
public struct RecordNeeds: Sendable, Hashable {
    /// A user's place in a chat.
    public struct Membership: Sendable, Hashable {
        public var chat: ChatID
        public var user: UserID

        public init(chat: ChatID, user: UserID) {
            self.chat = chat
            self.user = user
        }
    }

    /// What a sender sent with a `clientID`.
    public struct Send: Sendable, Hashable {
        /// `nil`: the operator's, a `system` message.
        public var sender: UserID?
        public var clientID: String

        public init(sender: UserID?, clientID: String) {
            self.sender = sender
            self.clientID = clientID
        }
    }

    /// Two users who may have a direct chat, each as the command names them: by id or, where there is no such id, by
    /// name. Of a command that names more than four there are none: it makes no direct chat but by a detour.
    public struct Pair: Sendable, Hashable {
        public var one: String
        public var other: String

        public init(_ one: String, _ other: String) {
            self.one = one
            self.other = other
        }
    }

    /// By id; also whether there ever was a user of this id.
    public var users: Set<UserID> = []
    /// Users by the keys that ``Folding`` makes of names.
    public var names: Set<String> = []
    /// By id; also whether there ever was a chat of this id.
    public var chats: Set<ChatID> = []
    /// Of the chats, those that are to be made and may be there already: then their members are looked at.
    public var repeatable: Set<ChatID> = []
    public var pairs: Set<Pair> = []
    public var members: Set<Membership> = []
    /// The values of the revisions that made them.
    public var messages: Set<Int64> = []
    public var sends: Set<Send> = []
    /// Finished files, and whether there is one of this id.
    public var files: Set<FileID> = []
    public var uploads: Set<FileID> = []
    public var tokens: Set<TokenID> = []
    /// Cursors in the feed, by their names.
    public var cursors: Set<String> = []

    public init() {}

    /// Adds what another command of the batch needs.
    public mutating func formUnion(_ other: RecordNeeds) {
        users.formUnion(other.users)
        names.formUnion(other.names)
        chats.formUnion(other.chats)
        repeatable.formUnion(other.repeatable)
        pairs.formUnion(other.pairs)
        members.formUnion(other.members)
        messages.formUnion(other.messages)
        sends.formUnion(other.sends)
        files.formUnion(other.files)
        uploads.formUnion(other.uploads)
        tokens.formUnion(other.tokens)
        cursors.formUnion(other.cursors)
    }

    /// A user's place in a chat, with both.
    fileprivate mutating func add(_ user: UserID, in chat: ChatID) {
        users.insert(user)
        chats.insert(chat)
        members.insert(Membership(chat: chat, user: user))
    }

    fileprivate mutating func add(_ principal: Principal, in chat: ChatID) {
        chats.insert(chat)
        if case .user(let user) = principal { add(user, in: chat) }
    }

    fileprivate mutating func add(_ message: MessageID) {
        if let n = message.revision?.value { messages.insert(n) }
    }

    /// A username, as somebody may write it: that of a user who is there, and that of one who is to be made.
    fileprivate mutating func add(name: String) {
        names.formUnion(Folding.usernameKeys(name))
    }
}

extension Command {
    /// What it will load by key.
    public var needs: RecordNeeds {
        var needs = RecordNeeds()
        switch self {
        case .send(let new): needs.add(new)
        case .edit(let chat, let message, _, let user), .react(let chat, let message, _, _, let user),
            .markRead(let chat, let message, let user), .markDelivered(let chat, let message, let user):
            needs.add(user, in: chat)
            needs.add(message)
        case .delete(let chat, let message, let principal):
            if let chat { needs.add(principal, in: chat) }
            needs.add(message)
        case .createChat(let new, let principal): needs.add(new, by: principal)
        case .updateChat(let chat, _, let principal): needs.add(principal, in: chat)
        case .deleteChat(let chat): needs.chats.insert(chat)
        case .putMember(let chat, let user, _, let principal), .removeMember(let chat, let user, let principal):
            needs.add(principal, in: chat)
            needs.add(user, in: chat)
        case .createUser(let new):
            if let id = new.id { needs.users.insert(id) }
            needs.add(name: new.username)
        case .updateUser(let user, let patch):
            needs.users.insert(user)
            if let name = patch.username { needs.add(name: name) }
        case .signIn(let new):
            needs.users.insert(new.id)
            if let name = new.username { needs.add(name: name) }
            needs.add(name: new.id.rawValue)
        case .deleteUser(let user, _), .setBlocked(let user, _), .revokeTokens(let user, _): needs.users.insert(user)
        case .presence(let presences): needs.users.formUnion(presences.map(\.userID))
        case .issueToken(let new): needs.add(new)
        case .revokeToken(let token): needs.tokens.insert(token)
        case .beginFile(let new):
            needs.users.insert(new.owner)
            needs.files.insert(new.id)
        case .appendToFile(let file, _), .finishFile(let file, _), .discardFile(let file): needs.uploads.insert(file)
        case .advanceCursor(let name, _), .removeCursor(let name): needs.cursors.insert(name)
        case .setSetting: break
        }
        return needs
    }
}

extension RecordNeeds {
    fileprivate mutating func add(_ new: NewMessage) {
        chats.insert(new.chatID)
        if let clientID = new.clientID { sends.insert(Send(sender: new.sender, clientID: clientID)) }
        if let answered = new.replyTo { add(answered) }
        guard let sender = new.sender else { return }
        add(sender, in: new.chatID)
        files.formUnion(new.attachments)
    }

    fileprivate mutating func add(_ new: NewChat, by principal: Principal) {
        var named = new.members
        if case .user(let creator) = principal {
            users.insert(creator)
            named.insert(creator.rawValue, at: 0)
        }
        for name in new.members {
            users.insert(UserID(name))
            add(name: name)
        }
        if let id = new.id {
            chats.insert(id)
            repeatable.insert(id)
        }
        // Each of the two may be named by id and by name; any two may turn out to be the two.
        guard new.kind == .direct, named.count <= 4 else { return }
        for (place, one) in named.enumerated() {
            for other in named.dropFirst(place + 1) where other != one { pairs.insert(Pair(one, other)) }
        }
    }

    fileprivate mutating func add(_ new: NewToken) {
        tokens.insert(new.id)
        switch new.owner {
        case .id(let id):
            users.insert(id)
            if new.createUser { add(name: id.rawValue) }
        case .username(let name): add(name: name)
        }
    }
}
