import ByteText
import ChatCore

/// Users, tokens and members.
extension ImportWriter {
    private static let userByID: StaticString = "SELECT folded, deleted_ms FROM users WHERE id = ?"
    private static let userByName: StaticString = "SELECT id FROM users WHERE folded = ?"
    private static let insertUser: StaticString = """
        INSERT INTO users (id, username, folded, display_name, display_folded, avatar_url, created_ms, last_seen_ms,
            blocked, tokens_after_ms, deleted_ms, made_n, blocked_n, revoked_n)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, CASE ?9 WHEN 1 THEN ?12 END,
            CASE WHEN ?10 IS NOT NULL THEN ?12 END)
        """
    private static let tokenByID: StaticString = "SELECT user, expires_ms FROM tokens WHERE id = ?"
    private static let insertToken: StaticString = """
        INSERT INTO tokens (id, user, label, created_ms, expires_ms, revoked_ms, revoked_n)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, CASE WHEN ?6 IS NOT NULL THEN ?7 END)
        """
    private static let memberThere: StaticString = "SELECT 1 FROM members WHERE chat = ? AND user = ?"
    private static let insertMember: StaticString = """
        INSERT INTO members (chat, user, role, joined_ms, joined_seq, joined_n, role_n, delivered_seq, delivered_ms,
            read_seq, read_ms)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?10)
        """
    private static let lastOwn: StaticString = "SELECT seq FROM import_senders WHERE chat = ? AND user = ?"

    func take(_ archived: ArchiveUser) throws {
        let user = archived.user
        try check { () throws(ChatError) in try FieldRules.id(user.id) }
        if archived.deletedAt == nil { try checkCard(user) }
        // Names that an older release took are settled when all are there.
        let keys = archived.deletedAt == nil ? Folding.usernameKeys(user.username) : []
        let folded = keys.first
        let present = try connection[Self.userByID].first(user.id) { ($0.optionalText(0), !$0.isNull(1)) }
        if let present {
            let isSame = present.0.map(keys.contains) ?? keys.isEmpty
            guard isSame, present.1 == (archived.deletedAt != nil) else {
                throw ArchiveError(.conflict, "There is another user of the id \(user.id).")
            }
            return
        }
        if let folded, let owner = try connection[Self.userByName].first(folded, read: { $0.text(0) }) {
            throw ArchiveError(.conflict, "The username \(user.username) is that of the user \(owner).")
        }
        try connection[Self.insertUser].run(
            user.id, archived.deletedAt == nil ? user.username : User.deletedName, folded, user.displayName,
            user.displayName.flatMap(Folding.fold), user.avatarURL, user.createdAt, user.lastSeenAt, user.blocked,
            archived.tokensRevokedAt, archived.deletedAt, next())
    }

    func standing(of archived: ArchiveUser) throws -> ArchiveStanding {
        if try connection[Self.userByID].first(archived.user.id, read: { _ in true }) != nil { return .sameID }
        guard archived.deletedAt == nil, let folded = Folding.fold(archived.user.username) else { return .new }
        return try connection[Self.userByName].first(folded, read: { _ in true }) == nil ? .new : .nameTaken
    }

    /// Whether a rule left a text as it was.
    static func isSame(_ checked: String?, _ given: String?) -> Bool {
        checked.map { ByteString($0) } == given.map { ByteString($0) }
    }

    private func checkCard(_ user: User) throws {
        try check { () throws(ChatError) in
            guard try Self.isSame(FieldRules.archivedUsername(user.username, of: user.id), user.username) else {
                throw ChatError(.invalid, "A username has no white space around it.")
            }
            let displayName = try FieldRules.archivedName(user.displayName, field: "display_name")
            guard Self.isSame(displayName, user.displayName) else {
                throw ChatError(.invalid, "A display name is not empty and has no white space around it.")
            }
            guard try Self.isSame(FieldRules.avatarURL(user.avatarURL), user.avatarURL) else {
                throw ChatError(.invalid, "An avatar's address is not empty and has no white space around it.")
            }
        }
    }

    func take(_ token: TokenRecord) throws {
        let user = try memory.user(token.userID)
        guard (1...200).contains(token.id.rawValue.utf8.count) else {
            throw ArchiveError(.invalid, "A token's id has 1 to 200 bytes.")
        }
        let present = try connection[Self.tokenByID].first(token.id) { ($0.int(0), $0.time(1)) }
        if let present {
            guard present == (user.key, token.expiresAt) else {
                throw ArchiveError(.conflict, "There is another token of the id \(token.id).")
            }
            return
        }
        try connection[Self.insertToken].run(
            token.id, user.key, token.label, token.createdAt, token.expiresAt, token.revokedAt, next())
    }

    func take(_ member: ArchiveMember) throws {
        let chat = try memory.chat(member.chatID)
        let user = try memory.user(member.userID)
        guard !user.isDeleted else { throw ArchiveError(.invalid, "The user \(member.userID) is deleted.") }
        if let pair = chat.pair, !pair.split(separator: ":").contains("\(user.key)") {
            throw ArchiveError(.invalid, "The user \(member.userID) is not one of the two of this direct chat.")
        }
        guard try connection[Self.memberThere].first(chat.key, user.key, read: { _ in true }) == nil else {
            throw ArchiveError(.conflict, "The user \(member.userID) is a member of \(member.chatID) already.")
        }
        let lastOwn = try connection[Self.lastOwn].first(chat.key, user.key) { $0.int(0) } ?? 0
        let read = member.readSeq ?? chat.lastSeq
        let delivered = member.deliveredSeq ?? max(read, chat.lastSeq)
        let order = [0, member.joinedSeq, read, delivered, chat.lastSeq]
        guard zip(order, order.dropFirst()).allSatisfy({ $0 <= $1 }), lastOwn <= read else {
            throw ArchiveError(
                .invalid,
                """
                Watermarks rise from joined_seq over read_seq and delivered_seq to the chat's last seq, \
                \(chat.lastSeq), and one's own messages, here up to \(lastOwn), are read.
                """)
        }
        let n = next()
        try connection[Self.insertMember].run(
            chat.key, user.key, member.role.code, member.joinedAt, member.joinedSeq, n, delivered,
            member.deliveredAt, read, member.readAt)
        chat.memberCount += 1
        chat.membersN = n
        memory.touch(chat)
    }
}
