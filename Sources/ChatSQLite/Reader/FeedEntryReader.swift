import ChatCore

/// Reads what ``ChangeFeed`` chose, as it is now. For one page: what it has looked up it looks up no more.
struct FeedEntryReader {
    private static let user: StaticString = """
        SELECT id, username, display_name, avatar_url, blocked, deleted_ms FROM users WHERE key = ?
        """
    private static let chatsOfUser: StaticString = """
        SELECT c.id FROM members m CROSS JOIN chats c ON c.key = m.chat WHERE m.user = ? AND c.deleted_ms IS NULL
        """
    private static let token: StaticString = """
        SELECT t.id, u.id FROM tokens t JOIN users u ON u.key = t.user WHERE t.key = ?
        """
    private static let chat: StaticString = """
        SELECT id, name, kind, created_ms, member_count, last_seq, made_n, history_n, deleted_ms
        FROM chats WHERE key = ?
        """
    private static let membersFromTheFirst: StaticString = """
        SELECT u.id FROM members m INDEXED BY members_joined CROSS JOIN users u ON u.key = m.user
        WHERE m.joined_n = ? AND m.chat = ? ORDER BY m.user
        """
    private static let role: StaticString = "SELECT role, role_n FROM members WHERE chat = ? AND user = ?"
    private static let readMark: StaticString = """
        SELECT p.n, p.seq, m.read_ms FROM members m CROSS JOIN messages p ON p.chat = m.chat AND p.seq = m.read_seq
        WHERE m.chat = ? AND m.user = ?
        """
    private static let deliveredMark: StaticString = """
        SELECT p.n, p.seq, m.delivered_ms
        FROM members m CROSS JOIN messages p ON p.chat = m.chat AND p.seq = m.delivered_seq
        WHERE m.chat = ? AND m.user = ?
        """
    private static let reaction: StaticString = """
        SELECT r.emoji, r.removed, p.chat, p.seq
        FROM reactions r INDEXED BY reactions_given CROSS JOIN messages p ON p.n = r.message
        WHERE r.n = ? AND r.message = ? AND r.user = ?
        """

    private struct UserFacts {
        var card: UserCard
        var isBlocked: Bool
        var isDeleted: Bool
    }

    private struct ChatFacts {
        var chat: Chat
        var madeN: Int64
        /// What is in it up to then came with it.
        var historyN: Int64
        var isDeleted: Bool
    }

    private let connection: Connection
    private var chats: [Int64: ChatFacts] = [:]
    private var users: [Int64: UserFacts] = [:]
    private var reactions: [Int64: [Message.Reaction]] = [:]

    init(_ connection: Connection) { self.connection = connection }

    /// - Returns: none where it is told by another entry: that of its chat, or the end of its chat or user.
    mutating func changes(_ candidate: ChangeFeed.Candidate) throws -> [Change] {
        switch candidate.source {
        case .userMade, .userCard, .userBlocked, .userRevoked: try userChange(candidate).map { [$0] } ?? []
        case .tokenRevoked:
            try connection[Self.token].all(candidate.key) {
                .tokenRevoked(TokenID($0.text(0)), UserID($0.text(1)))
            }
        case .chatMade, .chatMeta, .chatGone: try chatChange(candidate).map { [$0] } ?? []
        case .memberJoined, .memberRole: try memberChanges(candidate)
        case .read, .delivered: try receipt(candidate).map { [$0] } ?? []
        case .departure: try departure(candidate).map { [$0] } ?? []
        case .message, .altered: try messageChange(candidate).map { [$0] } ?? []
        case .reaction: try reactionChange(candidate).map { [$0] } ?? []
        }
    }

    // MARK: Users

    private mutating func user(_ key: Int64) throws -> UserFacts? {
        if let known = users[key] { return known }
        let found = try connection[Self.user].first(key) { row in
            UserFacts(card: UserRow.card(row), isBlocked: row.bool(4), isDeleted: !row.isNull(5))
        }
        if let found { users[key] = found }
        return found
    }

    private mutating func userChange(_ candidate: ChangeFeed.Candidate) throws -> Change? {
        guard let user = try user(candidate.key) else { return nil }
        let id = user.card.id
        guard !user.isDeleted else { return candidate.source == .userCard ? .userDeleted(id) : nil }
        switch candidate.source {
        case .userMade: return .userCreated(user.card)
        case .userBlocked: return user.isBlocked ? .userBlocked(id) : .userUnblocked(id)
        case .userRevoked: return .tokensRevoked(id)
        default:
            let chats = try connection[Self.chatsOfUser].all(candidate.key) { ChatID($0.text(0)) }
            return .userUpdated(user.card, in: chats)
        }
    }

    // MARK: Chats and members

    private mutating func chat(_ key: Int64) throws -> ChatFacts? {
        if let known = chats[key] { return known }
        let found = try connection[Self.chat].first(key) { row in
            ChatFacts(
                chat: ChatRow.chat(row), madeN: row.int(6), historyN: row.int(7), isDeleted: !row.isNull(8))
        }
        if let found { chats[key] = found }
        return found
    }

    private mutating func chatChange(_ candidate: ChangeFeed.Candidate) throws -> Change? {
        guard let facts = try chat(candidate.key) else { return nil }
        if candidate.source == .chatGone { return .chatDeleted(facts.chat.id, members: []) }
        guard !facts.isDeleted else { return nil }
        if candidate.source == .chatMeta { return .chatUpdated(facts.chat) }
        let members = try connection[Self.membersFromTheFirst].all(facts.madeN, candidate.key) { UserID($0.text(0)) }
        return .chatCreated(facts.chat, members: members)
    }

    /// The chat and the user of a member's row; `nil` where one of them is deleted, whose end is told itself.
    private mutating func membership(_ candidate: ChangeFeed.Candidate) throws -> (ChatFacts, UserCard)? {
        guard let chat = try chat(candidate.key), !chat.isDeleted, let user = try user(candidate.second),
            !user.isDeleted
        else { return nil }
        return (chat, user.card)
    }

    private mutating func memberChanges(_ candidate: ChangeFeed.Candidate) throws -> [Change] {
        guard let (facts, card) = try membership(candidate),
            let (role, roleN) = try connection[Self.role].first(
                candidate.key, candidate.second, read: { (Member.Role(code: $0.int(0)), $0.int(1)) })
        else { return [] }
        let told = Change.memberRoleChanged(facts.chat.id, card.id, role)
        if candidate.source == .memberRole { return [told] }
        // Who was in the chat from the first is told with it.
        let added: [Change] = candidate.revision == facts.madeN ? [] : [.memberAdded(facts.chat, card)]
        return role != .member && roleN == candidate.revision ? added + [told] : added
    }

    private mutating func departure(_ candidate: ChangeFeed.Candidate) throws -> Change? {
        guard let facts = try chat(candidate.key), let user = try user(candidate.second) else { return nil }
        return .memberRemoved(facts.chat.id, user.card.id)
    }

    private mutating func receipt(_ candidate: ChangeFeed.Candidate) throws -> Change? {
        guard let (facts, card) = try membership(candidate) else { return nil }
        let isRead = candidate.source == .read
        let receipt = try connection[isRead ? Self.readMark : Self.deliveredMark].first(
            candidate.key, candidate.second
        ) { row in
            Receipt(
                chatID: facts.chat.id, userID: card.id, messageID: MessageID(revision: Revision(row.int(0))),
                seq: row.int(1), at: row.time(2), memberCount: facts.chat.memberCount)
        }
        return receipt.map { isRead ? .messageRead($0) : .messageDelivered($0) }
    }

    // MARK: Messages

    /// Whether what happened in a chat is told by itself: not what an import brought with it.
    private mutating func tells(_ chat: Int64, at revision: Int64) throws -> ChatFacts? {
        guard let facts = try self.chat(chat), !facts.isDeleted, revision > facts.historyN else { return nil }
        return facts
    }

    private mutating func messageChange(_ candidate: ChangeFeed.Candidate) throws -> Change? {
        guard try tells(candidate.second, at: candidate.revision) != nil,
            let message = try MessageRow.message(candidate.key, connection)
        else { return nil }
        if candidate.source == .message { return .messageNew(message) }
        return message.deletedAt == nil ? .messageUpdated(message) : .messageDeleted(message)
    }

    private mutating func reactionChange(_ candidate: ChangeFeed.Candidate) throws -> Change? {
        let found = try connection[Self.reaction].first(candidate.revision, candidate.key, candidate.second) {
            (emoji: $0.text(0), removed: $0.bool(1), chat: $0.int(2), seq: $0.int(3))
        }
        guard let found, let facts = try tells(found.chat, at: candidate.revision),
            let user = try user(candidate.second)
        else { return nil }
        // Many may react to one message, and each of them is told with the reactions of all.
        let all = try reactions[candidate.key] ?? MessageRow.reactions(of: candidate.key, connection)
        reactions[candidate.key] = all
        return .messageReaction(
            ReactionChange(
                chatID: facts.chat.id, messageID: MessageID(revision: Revision(candidate.key)), seq: found.seq,
                userID: user.card.id, emoji: found.emoji, removed: found.removed, reactions: all))
    }
}
