import ChatCore
import Foundation

/// Users, tokens and settings: the operator's commands.
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
        UPDATE users SET username = ?, folded = ?, display_name = ?, display_folded = ?, avatar_url = ?, card_n = ?
        WHERE key = ?
        """
    private static let block: StaticString = "UPDATE users SET blocked = ?, blocked_n = ? WHERE key = ?"
    private static let eraseUser: StaticString = """
        UPDATE users SET username = 'deleted user', folded = NULL, display_name = NULL, display_folded = NULL,
            avatar_url = NULL, online = 0, deleted_ms = ?, card_n = ?
        WHERE key = ?
        """
    private static let insertToken: StaticString = """
        INSERT INTO tokens (id, user, label, created_ms, expires_ms) VALUES (?, ?, ?, ?, ?)
        """
    private static let tokenTaken: StaticString = "SELECT 1 FROM tokens WHERE id = ?"
    private static let tokenOwner: StaticString = """
        SELECT u.id, t.revoked_ms FROM tokens t JOIN users u ON u.key = t.user WHERE t.id = ?
        """
    private static let revoke: StaticString = "UPDATE tokens SET revoked_ms = ?, revoked_n = ? WHERE id = ?"
    private static let revokeAll: StaticString =
        "UPDATE tokens SET revoked_ms = ? WHERE user = ? AND revoked_ms IS NULL"
    private static let revokeBefore: StaticString = """
        UPDATE users SET tokens_after_ms = max(?, ifnull(tokens_after_ms, 0)), revoked_n = ? WHERE key = ?
        """
    private static let putSetting: StaticString = """
        INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value
        """

    // MARK: Users

    func createUser(_ new: NewUser) throws -> UserRecord {
        let username = try FieldRules.username(new.username)
        let displayName = try FieldRules.optionalName(new.displayName, field: "display_name")
        let avatar = try FieldRules.avatarURL(new.avatarURL)
        if let id = new.id {
            try FieldRules.id(id.rawValue)
            guard try connection[Self.idTaken].first(id, read: { _ in true }) == nil else {
                throw ChatError(.conflict, "This id is or was another user's.", field: "id")
            }
        }
        let id = new.id ?? UserID(UUID().uuidString.lowercased())
        let folded = try Self.folded(username)
        try checkFree(folded, for: id)
        try connection[Self.insertUser].run(
            id, username, folded, displayName, displayName.flatMap(Folding.fold), avatar, now, next())
        let user = try existingUser(id)
        changes.append(.userCreated(user.user.card))
        return user
    }

    func updateUser(_ id: UserID, _ patch: UserPatch) throws -> Outcome {
        let record = try existingUser(id)
        var user = record.user
        if let username = patch.username { user.username = try FieldRules.username(username) }
        if let name = patch.displayName { user.displayName = try FieldRules.optionalName(name, field: "display_name") }
        if let avatar = patch.avatarURL { user.avatarURL = try FieldRules.avatarURL(avatar) }
        guard user.card != record.user.card else { return .user(user) }
        let folded = try Self.folded(user.username)
        try checkFree(folded, for: id)
        try connection[Self.updateCard].run(
            user.username, folded, user.displayName, user.displayName.flatMap(Folding.fold), user.avatarURL, next(),
            record.key)
        record.user = user
        let chats = try connection[Self.everyChatOfUser].all(record.key) { ChatID($0.text(0)) }
        changes.append(.userUpdated(user.card, in: chats))
        return .user(user)
    }

    private static func folded(_ username: String) throws(ChatError) -> String {
        guard let folded = Folding.fold(username) else {
            throw ChatError(.tooLong, "The username is too long.", field: "username")
        }
        return folded
    }

    private func checkFree(_ folded: String, for id: UserID) throws {
        guard let owner = try connection[Self.byFolded].first(folded, read: { $0.text(0) }) else { return }
        guard owner == id.rawValue else {
            throw ChatError(.conflict, "This username is taken.", field: "username")
        }
    }

    func setBlocked(_ id: UserID, _ blocked: Bool) throws -> Outcome {
        let record = try existingUser(id)
        guard record.user.blocked != blocked else { return .user(record.user) }
        try connection[Self.block].run(blocked, next(), record.key)
        record.user.blocked = blocked
        changes.append(blocked ? .userBlocked(id) : .userUnblocked(id))
        return .user(record.user)
    }

    func deleteUser(_ id: UserID, deleteMessages: Bool) throws -> Outcome {
        let record = try existingUser(id)
        // With this commit nobody comes in as this user any more; the rest may take a while.
        try beginChore(.departUser, subject: record.key)
        if deleteMessages { try beginChore(.eraseMessages, subject: record.key) }
        try eraseUnsentFiles(of: record.key)
        try connection[Self.eraseUser].run(now, next(), record.key)
        memory.forget(user: id)
        changes.append(.userDeleted(id))
        return .done
    }

    // MARK: Tokens

    func issueToken(_ new: NewToken) throws -> Outcome {
        let owner = try tokenOwner(new)
        guard try connection[Self.tokenTaken].first(new.id, read: { _ in true }) == nil else {
            throw ChatError(.conflict, "There is a token of this id.", field: "id")
        }
        let label = try FieldRules.optionalName(new.label, field: "label")
        try connection[Self.insertToken].run(new.id, owner.key, label, now, new.expiresAt)
        let record = TokenRecord(
            id: new.id, userID: owner.user.id, label: label, createdAt: now, expiresAt: new.expiresAt,
            revokedAt: nil)
        return .token(record, owner.user)
    }

    private func tokenOwner(_ new: NewToken) throws -> UserRecord {
        switch new.owner {
        case .id(let id):
            if let record = try memory.user(id) { return record }
            guard new.createUser else { throw Self.noUser }
            return try createUser(NewUser(id: id, username: id.rawValue))
        case .username(let username):
            if let id = try userID(named: username) { return try existingUser(id) }
            guard new.createUser else { throw Self.noUser }
            return try createUser(NewUser(username: username))
        }
    }

    func userID(named username: String) throws -> UserID? {
        guard let folded = Folding.fold(username)?.trimmingCharacters(in: .whitespacesAndNewlines) else { return nil }
        return try connection[Self.byFolded].first(folded) { UserID($0.text(0)) }
    }

    func revokeToken(_ id: TokenID) throws -> Outcome {
        let found = try connection[Self.tokenOwner].first(id) { (UserID($0.text(0)), $0.isNull(1)) }
        guard let (user, valid) = found else { throw ChatError(.notFound, "There is no such token.") }
        guard valid else { return .done }
        try connection[Self.revoke].run(now, next(), id)
        changes.append(.tokenRevoked(id, user))
        return .done
    }

    func revokeTokens(of id: UserID, issuedUpTo time: Timestamp?) throws -> Outcome {
        let record = try existingUser(id)
        try connection[Self.revokeAll].run(now, record.key)
        try connection[Self.revokeBefore].run(max(now, time ?? now), next(), record.key)
        changes.append(.tokensRevoked(id))
        return .done
    }

    // MARK: Settings

    func setSetting(_ key: String, _ value: String) throws -> Outcome {
        try connection[Self.putSetting].run(key, value)
        return .done
    }
}
