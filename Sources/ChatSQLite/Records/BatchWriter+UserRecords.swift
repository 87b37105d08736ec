import ChatCore

/// Users and tokens as ``ChatCore/ChatRecords``.
extension BatchWriter {
    private static let everyChatOfUser: StaticString = """
        SELECT c.id FROM members m JOIN chats c ON c.key = m.chat WHERE m.user = ? AND c.deleted_ms IS NULL
        """
    private static let insertUser: StaticString = """
        INSERT INTO users (id, username, folded, display_name, display_folded, avatar_url, created_ms, made_n)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """
    private static let idTaken: StaticString = "SELECT 1 FROM users WHERE id = ?"
    private static let byFolded: StaticString = "SELECT id FROM users WHERE folded = ?"
    private static let updateCard: StaticString = """
        UPDATE users SET username = ?, folded = ifnull(?, folded), display_name = ?, display_folded = ?, avatar_url = ?,
            card_n = ?
        WHERE key = ?
        """
    private static let block: StaticString = "UPDATE users SET blocked = ?, blocked_n = ? WHERE key = ?"
    private static let presence: StaticString = "UPDATE users SET online = ?, last_seen_ms = ? WHERE key = ?"
    private static let eraseUser: StaticString = """
        UPDATE users SET username = ?, folded = NULL, display_name = NULL, display_folded = NULL,
            avatar_url = NULL, online = 0, deleted_ms = ?, card_n = ?
        WHERE key = ?
        """
    private static let insertToken: StaticString = """
        INSERT INTO tokens (id, user, label, created_ms, expires_ms) VALUES (?, ?, ?, ?, ?)
        """
    private static let tokenOwner: StaticString = """
        SELECT u.id, t.revoked_ms FROM tokens t JOIN users u ON u.key = t.user WHERE t.id = ?
        """
    private static let revoke: StaticString = "UPDATE tokens SET revoked_ms = ?, revoked_n = ? WHERE id = ?"
    private static let revokeAll: StaticString =
        "UPDATE tokens SET revoked_ms = ? WHERE user = ? AND revoked_ms IS NULL"
    private static let revokeBefore: StaticString = """
        UPDATE users SET tokens_after_ms = max(?, ifnull(tokens_after_ms, 0)), revoked_n = ? WHERE key = ?
        """

    func user(_ id: UserID) throws -> UserRecord? { try memory.user(id) }

    func user(folded name: String) throws -> UserRecord? {
        guard let id = try connection[Self.byFolded].first(name, read: { UserID($0.text(0)) }) else { return nil }
        return try memory.user(id)
    }

    func isTaken(_ id: UserID) throws -> Bool {
        try connection[Self.idTaken].first(id, read: { _ in true }) != nil
    }

    func insertUser(_ user: User, folded: String, n: Int64) throws -> UserRecord {
        try connection[Self.insertUser].run(
            user.id, user.username, folded, user.displayName, user.displayName.flatMap(Folding.fold), user.avatarURL,
            user.createdAt, n)
        let record = UserRecord(key: connection.lastInsertedRow, user: user)
        memory.remember(record)
        return record
    }

    func putCard(_ card: UserCard, folded: String?, of user: UserRecord, n: Int64) throws {
        try connection[Self.updateCard].run(
            card.username, folded, card.displayName, card.displayName.flatMap(Folding.fold), card.avatarURL, n,
            user.key)
    }

    func putBlocked(_ blocked: Bool, of user: UserRecord, n: Int64) throws {
        try connection[Self.block].run(blocked, n, user.key)
    }

    func putPresence(_ presence: PresenceChange, of user: UserRecord) throws {
        try connection[Self.presence].run(presence.online, presence.at, user.key)
    }

    func eraseUser(_ user: UserRecord, n: Int64) throws {
        try connection[Self.eraseUser].run(User.deletedName, now, n, user.key)
        memory.forget(user)
    }

    func chatIDs(of user: UserRecord) throws -> [ChatID] {
        try connection[Self.everyChatOfUser].all(user.key) { ChatID($0.text(0)) }
    }

    // MARK: Tokens

    func token(_ id: TokenID) throws -> TokenState? {
        try connection[Self.tokenOwner].first(id) {
            TokenState(owner: UserID($0.text(0)), isRevoked: !$0.isNull(1))
        }
    }

    func insertToken(_ token: TokenRecord, of owner: UserRecord) throws {
        try connection[Self.insertToken].run(token.id, owner.key, token.label, token.createdAt, token.expiresAt)
    }

    func revokeToken(_ id: TokenID, n: Int64) throws { try connection[Self.revoke].run(now, n, id) }

    func revokeTokens(of user: UserRecord, issuedUpTo time: Timestamp, n: Int64) throws {
        try connection[Self.revokeAll].run(now, user.key)
        try connection[Self.revokeBefore].run(time, n, user.key)
    }
}
