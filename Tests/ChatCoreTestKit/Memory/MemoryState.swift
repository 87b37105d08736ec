import ChatCore

/// All that a store in memory keeps: a value. A snapshot is a copy, and so is a transaction, which is put in place of
/// the value before it, or dropped.
struct MemoryState: Sendable {
    struct UserRow: Sendable {
        var user: User
        /// `nil` once the user is deleted.
        var folded: String?
        var isOnline = false
        var revokedUpTo: Timestamp?
        /// The latest change of what others see; 0 since its making.
        var cardN: Int64 = 0
        var madeN: Int64
        var blockedN: Int64 = 0
        var revokedN: Int64 = 0

        var isDeleted: Bool { folded == nil }
    }

    struct ChatRow: Sendable {
        var chat: Chat
        var pair: DirectPair?
        var lastN: Int64 = 0
        var silentSeq: Int64 = 0
        var madeN: Int64
        /// Its end.
        var goneN: Int64 = 0
        var metaN: Int64
        var membersN: Int64 = 0
        var changed: Int64
        var isDeleted = false
        /// Of its messages, by `seq`, from 1.
        var numbers: [Int64] = []
    }

    struct MemberRow: Sendable {
        var role: Member.Role
        var joinedAt: Timestamp
        var joinedSeq: Int64
        var joinedN: Int64
        var roleN: Int64
        var marks: Watermarks
    }

    struct MessageRow: Sendable {
        var new: NewMessageRecord
        var content: String
        var createdAt: Timestamp
        /// The latest edit, or the deletion.
        var changed: Int64?
        var reactedN: Int64?
        var editedAt: Timestamp?
        var deletedAt: Timestamp?
        /// Keys of its files, in its order.
        var files: [Int64] = []
        /// Taken back ones are kept, to tell those who come back.
        var reactions: [ReactionRow] = []

        var isSilent: Bool { new.kind == .system || deletedAt != nil }
    }

    struct ReactionRow: Sendable {
        var emoji: String
        var user: Int64
        var n: Int64
        var isRemoved: Bool
    }

    struct FileRow: Sendable {
        var attachment: Attachment
        var owner: Int64
        var createdAt: Timestamp
        var isFinished = false
        /// The number of its message.
        var message: Int64?
        var chunks: [[UInt8]] = []
    }

    /// One run of a store.
    struct Epoch: Sendable {
        var first: Revision
        /// `nil`: it goes on.
        var last: Revision?
    }

    var revision: Int64 = 0
    private var lastKey: Int64 = 0
    var users: [Int64: UserRow] = [:]
    var userKeys: [UserID: Int64] = [:]
    var tokens: [Int64: TokenRecord] = [:]
    /// The revisions of tokens that were revoked one by one.
    var revocations: [Int64: Int64] = [:]
    var chats: [Int64: ChatRow] = [:]
    var chatKeys: [ChatID: Int64] = [:]
    var members: [MemberRecord.Key: MemberRow] = [:]
    /// Who is no longer in a chat, and since which revision.
    var departures: [MemberRecord.Key: Int64] = [:]
    var messages: [Int64: MessageRow] = [:]
    var files: [Int64: FileRow] = [:]
    var fileKeys: [FileID: Int64] = [:]
    var settings: [String: String] = [:]
    var cursors: [String: FeedCursor] = [:]
    var epochs: [UInt64: Epoch] = [:]
    var onlineAtLastEnd: [UserID] = []

    /// Keys grow: lists are in the order of making.
    mutating func makeKey() -> Int64 {
        lastKey += 1
        return lastKey
    }

    // MARK: Looking up

    /// The key of a user who is there.
    func key(of user: UserID) -> Int64? {
        userKeys[user].flatMap { users[$0]?.isDeleted == false ? $0 : nil }
    }

    /// The key of a chat that is there.
    func key(of chat: ChatID) -> Int64? {
        chatKeys[chat].flatMap { chats[$0]?.isDeleted == false ? $0 : nil }
    }

    func key(folded name: String) -> Int64? { users.first { $0.value.folded == name }?.key }

    func token(_ id: TokenID) -> (key: Int64, record: TokenRecord)? {
        tokens.first { $0.value.id == id }.map { ($0.key, $0.value) }
    }

    /// Members of a chat, by their keys.
    func members(of chat: Int64) -> [(user: Int64, row: MemberRow)] {
        members.filter { $0.key.chat == chat }.map { (user: $0.key.user, row: $0.value) }.sorted { $0.user < $1.user }
    }

    /// Chats that a user is in, by their keys; those that are gone have no members.
    func chats(of user: Int64) -> [(chat: Int64, row: MemberRow)] {
        members.filter { $0.key.user == user }.map { (chat: $0.key.chat, row: $0.value) }.sorted { $0.chat < $1.chat }
    }

    func messages(of chat: Int64) -> [MessageRow] { chats[chat]?.numbers.compactMap { messages[$0] } ?? [] }

    func silentCount(in chat: Int64, above seq: Int64) -> Int64 {
        Int64(messages(of: chat).count { $0.new.seq > seq && $0.isSilent })
    }

    var fileBytes: Int64 { files.values.reduce(0) { $0 + $1.attachment.size } }

    // MARK: As clients see it

    func member(_ key: MemberRecord.Key) -> Member? {
        guard let row = members[key], let user = users[key.user] else { return nil }
        return Member(
            user: user.user.card, role: row.role, joinedAt: row.joinedAt, deliveredSeq: row.marks.deliveredSeq,
            readSeq: row.marks.readSeq)
    }

    func message(_ n: Int64) -> Message? {
        guard let row = messages[n], let chat = chats[row.new.chatKey] else { return nil }
        var message = Message(
            id: MessageID(revision: Revision(n)), chatID: chat.chat.id, seq: row.new.seq,
            sender: row.new.senderKey.flatMap { users[$0]?.user.card }, content: row.content, kind: row.new.kind,
            createdAt: row.createdAt)
        message.clientID = row.new.clientID
        message.editedAt = row.editedAt
        message.deletedAt = row.deletedAt
        message.attachments = row.files.compactMap { files[$0]?.attachment }
        message.reactions = reactions(to: n)
        if row.deletedAt == nil, let replyN = row.new.replyN, let answered = messages[replyN] {
            message.replyTo = Message.Quote(
                id: MessageID(revision: Revision(replyN)), seq: answered.new.seq,
                senderID: answered.new.senderKey.flatMap { users[$0]?.user.id }, ofContent: answered.content)
        }
        return message
    }

    func reactions(to n: Int64) -> [Message.Reaction] {
        var reactions: [Message.Reaction] = []
        let given = (messages[n]?.reactions ?? []).filter { !$0.isRemoved }.sorted { $0.n < $1.n }
        for reaction in given {
            guard let user = users[reaction.user]?.user.id else { continue }
            if let place = reactions.firstIndex(where: { $0.emoji.utf8.elementsEqual(reaction.emoji.utf8) }) {
                reactions[place].userIDs.append(user)
            } else {
                reactions.append(Message.Reaction(emoji: reaction.emoji, userIDs: [user]))
            }
        }
        return reactions
    }

    /// The message with that seq.
    func number(of seq: Int64, in chat: Int64) -> Int64? {
        guard let numbers = chats[chat]?.numbers, seq > 0, seq <= numbers.count else { return nil }
        return numbers[Int(seq) - 1]
    }
}
