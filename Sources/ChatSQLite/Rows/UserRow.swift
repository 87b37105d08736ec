import ChatCore

/// Reading users.
enum UserRow {
    static func user(_ row: PreparedStatement, from first: Int32 = 0) -> User {
        User(
            id: UserID(row.text(first)), username: row.text(first + 1), displayName: row.optionalText(first + 2),
            avatarURL: row.optionalText(first + 3), createdAt: row.time(first + 4),
            lastSeenAt: row.optionalTime(first + 5), blocked: row.bool(first + 6))
    }

    static func card(_ row: PreparedStatement, from first: Int32 = 0) -> UserCard {
        UserCard(
            id: UserID(row.text(first)), username: row.text(first + 1), displayName: row.optionalText(first + 2),
            avatarURL: row.optionalText(first + 3))
    }

    /// Reading tokens: `id, user id, label, created_ms, expires_ms, revoked_ms`.
    static func token(_ row: PreparedStatement, from first: Int32 = 0) -> TokenRecord {
        TokenRecord(
            id: TokenID(row.text(first)), userID: UserID(row.text(first + 1)), label: row.optionalText(first + 2),
            createdAt: row.time(first + 3), expiresAt: row.time(first + 4), revokedAt: row.optionalTime(first + 5))
    }
}
