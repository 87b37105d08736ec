/// A snapshot to read from; valid only inside the closure of ``ChatStore/read(_:reply:)``.
public protocol ChatReadView {
    /// The newest revision this snapshot holds.
    func revision() throws -> Revision

    // Users and tokens.
    func user(_ id: UserID) throws -> User?
    func user(named username: String) throws -> User?
    /// Users in the order of their creation; `query`: a part of username or display name, case folded.
    func users(matching query: String?, page: PageRequest) throws -> Page<User>
    func cards(_ ids: [UserID]) throws -> [UserCard]
    func token(_ id: TokenID) throws -> TokenRecord?
    func tokens(of user: UserID?, page: PageRequest) throws -> Page<TokenRecord>

    /// Everything the start of a session needs, in one visit.
    func admission(of user: UserID, token: TokenFacts) throws -> Admission

    // Chats and members.
    func chat(_ id: ChatID) throws -> Chat?
    func chats(matching query: String?, page: PageRequest) throws -> Page<Chat>
    func member(_ user: UserID, of chat: ChatID) throws -> Member?
    func members(of chat: ChatID, page: PageRequest) throws -> Page<Member>
    /// Those of `others` who share at least one chat with `user`.
    func contacts(of user: UserID, among others: [UserID]) throws -> Set<UserID>
    /// Those of the user's chats that have at most `quietMembers` members.
    func presenceChats(of user: UserID, quietMembers: Int) throws -> [ChatID]
    func chatList(of user: UserID) throws -> [ChatListItem]

    // Messages.
    func message(_ id: MessageID) throws -> Message?
    /// Ascending by `seq`. A page ends at `limit` messages, or at about `bytes` of text, whichever comes first; it has
    /// one at least, if there is one.
    func history(of chat: ChatID, _ range: HistoryRange, limit: Int, bytes: Int) throws -> HistoryPage
    /// The same as the user sees it: under `--history joined` nothing from before they joined.
    ///
    /// - Throws: `forbidden` when the user is no member.
    func history(
        of chat: ChatID, for user: UserID, _ range: HistoryRange, limit: Int, bytes: Int
    ) throws -> HistoryPage
    /// A message as the user sees it.
    ///
    /// - Throws: `forbidden` when the user is no member of the chat, `not_found` for a message that is not in it.
    func message(_ id: MessageID, in chat: ChatID, for user: UserID) throws -> Message
    func unreadCount(of user: UserID, in chat: ChatID) throws -> Int
    func unreadTotal(of user: UserID) throws -> Int

    /// Messages with all that is looked for (``SearchQuery``), newest first, in one's own chats or one of them.
    ///
    /// - Parameter user: whose chats, as they see them; `nil`: the operator, all chats.
    /// - Throws: `forbidden` for a chat one is not a member of; `invalid` for a query of nothing but punctuation.
    func search(_ request: SearchRequest, for user: UserID?) throws -> SearchPage

    // Files.
    /// A whole file as `user` may have it: a member of the chat it was sent to, who sees its message; its owner, until
    /// it is sent.
    ///
    /// - Throws: `not_found`, for a file that is not there and for one that is not for the user alike.
    func file(_ id: FileID, for user: UserID) throws -> StoredFile
    /// A whole file, whoever asks; `nil` where there is none, or it was deleted.
    func file(_ id: FileID) throws -> StoredFile?
    /// Chunk `number`, from 0, of ``StoredFile/chunkSize`` bytes but for the last; `nil` past the end and once the file
    /// is gone.
    func chunk(_ number: Int64, of id: FileID) throws -> [UInt8]?
    /// Whether a token that was verified still holds: what ``admission(of:token:)`` asks, without a session.
    func standing(of user: UserID, token: TokenFacts) throws -> TokenStanding

    // Recovery and `sync`.
    /// What the user missed since `after`: at most `limit` changes, receipts not counted, and at most about `bytes` of
    /// text; at least one, if there is one.
    ///
    /// - Parameter receiptsAfter: where receipts begin, `after` or older: they are told later than they are written.
    func changes(
        for user: UserID, after: Revision, receiptsAfter: Revision, limit: Int, bytes: Int
    ) throws -> ChangeSet
    /// The same page by page, for whoever can take only so much at a time. Pages may be read from snapshots that follow
    /// one another: all of them tell what changed after the cursor's `after` and up to the first one's snapshot, each
    /// thing once, as it is when its page is read; what changes later is for a telling that begins at
    /// ``MissedPage/end``.
    ///
    /// - Parameter bytes: about how much a page holds, as text; there is at least one change on it, if there are any.
    func missed(by user: UserID, from cursor: MissedCursor, bytes: Int) throws -> MissedPage
    /// Whether the user missed more changes since `after` than `limit`, receipts not counted.
    func missedMore(than limit: Int, by user: UserID, after: Revision) throws -> Bool
    /// Whether the offset `epoch:revision` is one that can be gone on from.
    ///
    /// - Parameter heardAt: until when its owner heard everything, where that is later than the revision: nothing was
    ///   committed meanwhile.
    func standing(epoch: UInt64, revision: Revision, heardAt: Timestamp?) throws -> OffsetStanding

    // The feed.
    /// The durable changes after a position, in commit order, each thing in its latest state: see ``FeedPosition`` for
    /// all that is promised.
    ///
    /// - Parameters:
    ///   - limit: how many rows are looked at, at least 1: so many entries at most, but for one revision that has more.
    ///   - bytes: about how much text the page has; it ends after the revision that comes to so much.
    /// - Throws: `conflict` for a position that cannot be gone on from; ``standing(of:)`` says why.
    func changes(after position: FeedPosition, limit: Int, bytes: Int) throws -> FeedPage
    /// Whether the feed can be read on from a position: `tooOld` below the floor, `neverIssued` beyond the newest
    /// revision.
    func standing(of position: FeedPosition) throws -> OffsetStanding
    /// Up to here it is forgotten who left which chat; zero where nothing is.
    func feedFloor() throws -> Revision
    /// The cursor of that name.
    func cursor(_ name: String) throws -> FeedCursor?
    /// All cursors, by their names.
    func cursors() throws -> [FeedCursor]

    // The rest.
    func setting(_ key: String) throws -> String?
    /// Users who were online when the last run ended, cleanly or not.
    func usersOnlineAtLastEnd() throws -> [UserID]
    func statistics() throws -> StoreStatistics
}

extension ChatReadView {
    /// ``search(_:for:)`` of a query by itself.
    public func search(
        _ query: String, for user: UserID, in chat: ChatID? = nil, page: PageRequest = PageRequest()
    ) throws -> SearchPage {
        try search(SearchRequest(query, in: chat, page: page), for: user)
    }

    /// ``standing(epoch:revision:heardAt:)`` of an offset that is as old as its revision.
    public func standing(epoch: UInt64, revision: Revision) throws -> OffsetStanding {
        try standing(epoch: epoch, revision: revision, heardAt: nil)
    }
}

/// What the store needs to know of a token that was verified already.
public struct TokenFacts: Sendable, Hashable {
    /// `jti`, where it has one.
    public var id: TokenID?
    /// `iat`, where it has one.
    public var issuedAt: Timestamp?

    public init(id: TokenID?, issuedAt: Timestamp?) {
        self.id = id
        self.issuedAt = issuedAt
    }
}

public enum TokenStanding: Sendable, Hashable {
    case unknownUser
    /// There was such a user.
    case deleted
    case blocked
    case tokenRevoked
    case holds
}

public enum Admission: Sendable, Hashable {
    case unknownUser
    /// There was such a user.
    case deleted
    case blocked
    case tokenRevoked
    case admitted(Session)

    public struct Session: Sendable, Hashable {
        public var user: User
        public var chats: [ChatID]
        /// Those of them that have at most ``ChatPolicy/quietMembers`` members: whom presence is told to.
        public var presenceChats: [ChatID]
        /// The seq above which the user sees the messages of these chats; of those that are not named, all.
        public var floors: [ChatID: Int64]
        public var unreadTotal: Int
        /// The snapshot's revision: what the session has seen once it is told of it.
        public var revision: Revision

        public init(
            user: User, chats: [ChatID], presenceChats: [ChatID], floors: [ChatID: Int64] = [:], unreadTotal: Int,
            revision: Revision
        ) {
            self.user = user
            self.chats = chats
            self.presenceChats = presenceChats
            self.floors = floors
            self.unreadTotal = unreadTotal
            self.revision = revision
        }
    }
}

public struct ChatListItem: Sendable, Hashable {
    /// Members that are shown.
    public static let shownMembers = 20

    public var chat: Chat
    /// At most ``shownMembers``.
    public var members: [Member]
    public var lastMessage: Message?
    public var unreadCount: Int
    public var readSeq: Int64
    public var deliveredSeq: Int64

    public init(
        chat: Chat, members: [Member], lastMessage: Message?, unreadCount: Int, readSeq: Int64, deliveredSeq: Int64
    ) {
        self.chat = chat
        self.members = members
        self.lastMessage = lastMessage
        self.unreadCount = unreadCount
        self.readSeq = readSeq
        self.deliveredSeq = deliveredSeq
    }
}

extension ChatListItem {
    /// What the list is sorted by, the greatest first: it begins with the liveliest chat.
    ///
    /// - Parameters: the values of the revisions of the newest message, if there is one, and of the latest change of
    ///   the chat's own fields.
    public static func liveliness(lastN: Int64, metaN: Int64) -> Int64 { max(lastN, metaN) }
}

public enum HistoryRange: Sendable, Hashable {
    case latest
    /// Those with a smaller `seq`, the nearest ones.
    case before(Int64)
    /// Those with a greater `seq`, the nearest ones.
    case after(Int64)
    /// Half before and half from this `seq` on.
    case around(Int64)
}

public struct HistoryPage: Sendable, Hashable {
    public var messages: [Message]
    /// Whether there are more in the direction asked for (`around`: in either).
    public var hasMore: Bool

    public init(messages: [Message], hasMore: Bool) {
        self.messages = messages
        self.hasMore = hasMore
    }
}

public struct StoreStatistics: Sendable, Hashable {
    public var users: Int
    public var chats: Int
    public var messages: Int
    /// Bytes of the database file, without the log beside it; 0 of a store that has none.
    public var fileBytes: Int64
    /// Bytes of all uploaded files together.
    public var attachmentBytes: Int64

    public init(users: Int, chats: Int, messages: Int, fileBytes: Int64, attachmentBytes: Int64) {
        self.users = users
        self.chats = chats
        self.messages = messages
        self.fileBytes = fileBytes
        self.attachmentBytes = attachmentBytes
    }
}
