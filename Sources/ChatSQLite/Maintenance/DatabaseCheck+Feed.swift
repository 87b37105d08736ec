import ChatCore

/// The feed: no row is of a revision that was not reached, and no cursor stands there.
extension DatabaseCheck {
    static func feed(_ connection: Connection) throws -> [Finding] {
        // A backup of an older Parley has none of it.
        let version = try connection.prepare("PRAGMA user_version").first { $0.int(0) } ?? 0
        guard version >= 4 else { return [] }
        return try connection.prepare(
            """
            SELECT what, value, revision FROM state, (
                SELECT 'user' AS what, max(made_n) AS value FROM users UNION ALL
                SELECT 'profile', max(card_n) FROM users UNION ALL
                SELECT 'block', max(blocked_n) FROM users UNION ALL
                SELECT 'revocation', max(revoked_n) FROM users UNION ALL
                SELECT 'revoked token', max(revoked_n) FROM tokens UNION ALL
                SELECT 'name of a chat', max(meta_n) FROM chats UNION ALL
                SELECT 'member', max(joined_n) FROM members UNION ALL
                SELECT 'role', max(role_n) FROM members UNION ALL
                SELECT 'read receipt', max(read_n) FROM members UNION ALL
                SELECT 'receipt', max(delivered_n) FROM members UNION ALL
                SELECT 'cursor', max(max(told_n, known_n)) FROM cursors UNION ALL
                SELECT 'forgotten departure', (SELECT feed_floor FROM state))
            WHERE value > revision
            """
        ).all { row in
            Finding(
                .revision, "the newest \(row.text(0)) has revision \(row.int(1)), the newest of all is \(row.int(2))")
        }
    }
}
