/// What an engine gives the rules (``ChatRules``): records to look at, and the storing of what the rules decided. No
/// engine decides anything about chats itself.
///
/// All of it happens inside one transaction, on one thread: what was stored is seen by what is loaded after it, and a
/// user, chat or member that is loaded again is the same object. A command that throws is undone by the engine, with
/// all it stored. Errors thrown here are the engine's own and pass through the rules.
///
/// What the rules will load by key can be told beforehand (``Command/needs``), so an engine behind a network can fetch
/// it for a whole batch at once.
public protocol ChatRecords: AnyObject {
    var policy: ChatPolicy { get }
    /// The time of everything in the transaction.
    var now: Timestamp { get }
    /// The newest revision that anybody was told of: that of the last commit.
    var committedRevision: Revision { get }
    /// The value of the next ``Revision``: one change's stamp.
    func nextRevision() -> Int64
    /// A fresh id for a user or a chat that was given none.
    func makeID() -> String

    // MARK: Users and tokens

    func user(_ id: UserID) throws -> UserRecord?
    /// By the key of the name (``Folding/usernameKeys(_:)``).
    func user(folded name: String) throws -> UserRecord?
    /// Whether there is or was a user of this id.
    func isTaken(_ id: UserID) throws -> Bool
    func insertUser(_ user: User, folded: String, n: Int64) throws -> UserRecord
    /// Stores what others see of a user.
    ///
    /// - Parameter folded: the key of a name that is new; `nil` leaves that of before.
    func putCard(_ card: UserCard, folded: String?, of user: UserRecord, n: Int64) throws
    func putBlocked(_ blocked: Bool, of user: UserRecord, n: Int64) throws
    func putPresence(_ presence: PresenceChange, of user: UserRecord) throws
    /// From now on there is no such user; what they were called is gone, their id is never another's.
    func eraseUser(_ user: UserRecord, n: Int64) throws
    /// The chats that the user is in.
    func chatIDs(of user: UserRecord) throws -> [ChatID]

    func token(_ id: TokenID) throws -> TokenState?
    func insertToken(_ token: TokenRecord, of owner: UserRecord) throws
    func revokeToken(_ id: TokenID, n: Int64) throws
    /// Revokes all that were issued to the user, and those of other signers that were issued up to then.
    func revokeTokens(of user: UserRecord, issuedUpTo time: Timestamp, n: Int64) throws

    func putSetting(_ key: String, _ value: String) throws

    // MARK: Chats and members

    func chat(_ id: ChatID) throws -> ChatRecord?
    func chat(key: Int64) throws -> ChatRecord?
    /// Whether there is or was a chat of this id.
    func isTaken(_ id: ChatID) throws -> Bool
    func directChat(of pair: DirectPair) throws -> ChatRecord?
    /// A chat without members; its `metaN` and `changed` are `n`.
    func insertChat(_ chat: Chat, pair: DirectPair?, n: Int64) throws -> ChatRecord
    /// Stores the chat's name, and its `metaN`.
    func putName(of chat: ChatRecord) throws
    /// From now on there is no such chat, whoever still has a row in it; its id is never another's.
    func eraseChat(_ chat: ChatRecord, n: Int64) throws

    func member(_ user: UserRecord, of chat: ChatRecord) throws -> MemberRecord?
    /// Of the members with that role, the one who joined first.
    func firstMember(of chat: ChatRecord, as role: Member.Role) throws -> (UserRecord, MemberRecord)?
    /// A member as of now, who has read what was said before; that they once left is forgotten.
    func insertMember(_ user: UserRecord, of chat: ChatRecord, role: Member.Role, n: Int64) throws -> MemberRecord
    /// The member is gone, and that is noted for those who come back.
    func removeMember(_ key: MemberRecord.Key, n: Int64) throws
    /// The record was changed; it is written by the end of the transaction.
    func changed(_ chat: ChatRecord)
    func changed(_ member: MemberRecord)

    // MARK: Messages

    func message(_ n: Int64) throws -> MessageRecord?
    /// What the user sent with this `clientID`.
    func message(of sender: UserRecord, clientID: String) throws -> MessageRecord?
    /// The `system` message that was sent with this `clientID`.
    func systemMessage(clientID: String) throws -> MessageRecord?
    /// The message as clients see it.
    func wholeMessage(_ n: Int64) throws -> Message?
    func insertMessage(_ message: NewMessageRecord) throws
    /// Stores an edit; what was said before is gone from the file.
    func putContent(_ content: String, of message: MessageRecord, n: Int64) throws
    /// Leaves a tombstone: content, reactions and files are gone.
    func eraseMessage(_ message: MessageRecord, n: Int64) throws
    /// Messages above `seq` that do not count as unread: system messages and tombstones.
    func silentCount(in chat: ChatRecord, above seq: Int64) throws -> Int64

    func hasReacted(_ user: UserRecord, to n: Int64, with emoji: String) throws -> Bool
    func reactions(to n: Int64) throws -> [Message.Reaction]
    func putReaction(_ emoji: String, of user: UserRecord, to message: MessageRecord, removed: Bool, n: Int64) throws

    // MARK: Files

    func isTaken(_ id: FileID) throws -> Bool
    /// Files of the user that were not sent, those being uploaded included.
    func unsentFileCount(of user: UserRecord) throws -> Int
    /// Bytes of all files together.
    func storedFileBytes() throws -> Int64
    func insertFile(_ id: FileID, name: String, of owner: UserRecord) throws
    func upload(_ id: FileID) throws -> UploadRecord?
    func append(_ bytes: [UInt8], to upload: UploadRecord) throws
    func finish(_ upload: UploadRecord, _ traits: FileTraits) throws -> Attachment
    func erase(_ upload: UploadRecord) throws
    /// A finished file.
    func file(_ id: FileID) throws -> FileRecord?
    /// Gives the files to a message, in this order.
    ///
    /// - Returns: what the message shows of them.
    func attach(_ files: [FileRecord], to n: Int64) throws -> [Attachment]

    // MARK: Cursors in the feed

    func cursor(_ name: String) throws -> FeedPosition?
    func cursorCount() throws -> Int
    /// Makes the cursor, or moves it.
    func putCursor(_ name: String, at position: FeedPosition) throws
    func removeCursor(_ name: String) throws

    // MARK: What takes longer than a transaction

    /// Begins what is done in slices, in transactions of their own.
    func begin(_ work: LongWork) throws
}

/// What follows from a command and may be too much for its transaction. The engine goes on with it, also after a
/// restart, by the rules for each of its parts.
public enum LongWork {
    /// Members of a deleted chat leave it, its messages are removed.
    case purgeChat(ChatRecord)
    /// A deleted user leaves their chats; their tokens are removed.
    case departUser(UserRecord)
    /// The messages of a deleted user become tombstones.
    case eraseMessages(UserRecord)
    /// What the user uploaded and did not send is removed.
    case eraseUnsentFiles(UserRecord)
}

@available(*, unavailable)
extension LongWork: Sendable {}
