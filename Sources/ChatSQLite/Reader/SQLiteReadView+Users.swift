import ChatCore
import Foundation

/// Users, tokens, and the start of a session.
extension SQLiteReadView {
    private static let byID: StaticString = """
        SELECT id, username, display_name, avatar_url, created_ms, last_seen_ms, blocked
        FROM users WHERE id = ? AND deleted_ms IS NULL
        """
    private static let byFolded: StaticString = """
        SELECT id, username, display_name, avatar_url, created_ms, last_seen_ms, blocked FROM users WHERE folded = ?
        """
    private static let pageOfUsers: StaticString = """
        SELECT key, id, username, display_name, avatar_url, created_ms, last_seen_ms, blocked FROM users
        WHERE key > ? AND deleted_ms IS NULL ORDER BY key
        """
    private static let card: StaticString = "SELECT id, username, display_name, avatar_url FROM users WHERE id = ?"
    private static let tokenByID: StaticString = """
        SELECT t.id, u.id, t.label, t.created_ms, t.expires_ms, t.revoked_ms
        FROM tokens t JOIN users u ON u.key = t.user WHERE t.id = ?
        """
    private static let pageOfTokens: StaticString = """
        SELECT t.key, t.id, u.id, t.label, t.created_ms, t.expires_ms, t.revoked_ms
        FROM tokens t JOIN users u ON u.key = t.user WHERE t.key > ? ORDER BY t.key LIMIT ?
        """
    private static let pageOfTokensOfUser: StaticString = """
        SELECT t.key, u.id, u.id, t.label, t.created_ms, t.expires_ms, t.revoked_ms, t.id
        FROM users u JOIN tokens t ON t.user = u.key WHERE u.id = ? AND t.key > ? ORDER BY t.key LIMIT ?
        """
    private static let admission: StaticString = """
        SELECT key, id, username, display_name, avatar_url, created_ms, last_seen_ms, blocked, tokens_after_ms,
            deleted_ms
        FROM users WHERE id = ?
        """
    private static let tokenState: StaticString = """
        SELECT u.id, t.revoked_ms FROM tokens t JOIN users u ON u.key = t.user WHERE t.id = ?
        """
    private static let membershipsOfUser: StaticString = """
        SELECT c.id, c.key, c.last_seq, m.read_seq, c.silent_seq, c.member_count, m.joined_seq
        FROM members m CROSS JOIN chats c ON c.key = m.chat WHERE m.user = ? AND c.deleted_ms IS NULL
        """
    static let silentAbove: StaticString = """
        SELECT count(*) FROM messages WHERE chat = ? AND seq > ? AND (kind = 3 OR deleted_ms IS NOT NULL)
        """
    static let userKey: StaticString = "SELECT key FROM users WHERE id = ? AND deleted_ms IS NULL"

    func user(_ id: UserID) throws -> User? {
        try connection[Self.byID].first(id) { UserRow.user($0) }
    }

    func user(named username: String) throws -> User? {
        for key in Folding.usernameKeys(username) {
            if let user = try connection[Self.byFolded].first(key, read: { UserRow.user($0) }) { return user }
        }
        return nil
    }

    func users(matching query: String?, page: PageRequest) throws -> Page<User> {
        var finder = NameFinder(query)
        var rows: [(key: Int64, item: User)] = []
        try connection[Self.pageOfUsers].scan(try page.place()) { row in
            if row.withText(2, { finder.isIn($0) }) || row.withText(3, { finder.isIn($0) }) {
                rows.append((row.int(0), UserRow.user(row, from: 1)))
            }
            return rows.count <= page.count
        }
        return Page(rows, count: page.count)
    }

    func cards(_ ids: [UserID]) throws -> [UserCard] {
        try ids.compactMap { id in try connection[Self.card].first(id) { UserRow.card($0) } }
    }

    func token(_ id: TokenID) throws -> TokenRecord? {
        try connection[Self.tokenByID].first(id) { UserRow.token($0) }
    }

    func tokens(of user: UserID?, page: PageRequest) throws -> Page<TokenRecord> {
        let limit = page.count
        let place = try page.place()
        guard let user else {
            let rows = try connection[Self.pageOfTokens].all(place, limit + 1) {
                (key: $0.int(0), item: UserRow.token($0, from: 1))
            }
            return Page(rows, count: limit)
        }
        let rows = try connection[Self.pageOfTokensOfUser].all(user, place, limit + 1) { row in
            var token = UserRow.token(row, from: 1)
            token.id = TokenID(row.text(7))
            return (key: row.int(0), item: token)
        }
        return Page(rows, count: limit)
    }

    func admission(of id: UserID, token: TokenFacts) throws -> Admission {
        let revision = try revision()
        let found = try connection[Self.admission].first(id) {
            ($0.int(0), UserRow.user($0, from: 1), $0.optionalTime(8), !$0.isNull(9))
        }
        let holder = found.map { _, user, revokedUpTo, isDeleted in
            TokenHolder(id: user.id, isBlocked: user.blocked, isDeleted: isDeleted, revokedUpTo: revokedUpTo)
        }
        let standing = try token.standing(of: holder, record: state)
        if let refusal = Admission(refusing: standing) { return refusal }
        guard let (key, user, _, _) = found else { return .unknownUser }
        var chats: [ChatID] = []
        var presenceChats: [ChatID] = []
        var floors: [ChatID: Int64] = [:]
        var unread: Int64 = 0
        try connection[Self.membershipsOfUser].scan(key) { row in
            let chat = ChatID(row.text(0))
            chats.append(chat)
            if row.int(5) <= policy.quietMembers { presenceChats.append(chat) }
            let floor = policy.visibleAbove(joinedSeq: row.int(6))
            if floor > 0 { floors[chat] = floor }
            unread += try self.unread(
                chat: row.int(1), lastSeq: row.int(2), readSeq: row.int(3), silentSeq: row.int(4))
            return true
        }
        return .admitted(
            Admission.Session(
                user: user, chats: chats, presenceChats: presenceChats, floors: floors, unreadTotal: Int(unread),
                revision: revision))
    }

    /// A token that Parley issued.
    func state(of token: TokenID) throws -> TokenState? {
        try connection[Self.tokenState].first(token) { TokenState(owner: UserID($0.text(0)), isRevoked: !$0.isNull(1)) }
    }

    func unread(chat: Int64, lastSeq: Int64, readSeq: Int64, silentSeq: Int64) throws -> Int64 {
        try Unread.count(lastSeq: lastSeq, readSeq: readSeq, silentSeq: silentSeq) {
            try connection[Self.silentAbove].first(chat, readSeq) { $0.int(0) } ?? 0
        }
    }

    func key(of user: UserID) throws -> Int64? {
        try connection[Self.userKey].first(user) { $0.int(0) }
    }
}
