import ChatCore

/// Members as ``ChatCore/ChatRecords``.
extension BatchWriter {
    private static let insertMember: StaticString = """
        INSERT INTO members (chat, user, role, joined_ms, joined_seq, joined_n, role_n, delivered_seq, read_seq)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?5, ?5)
        """
    private static let returned: StaticString = "DELETE FROM departures WHERE chat = ? AND user = ?"
    private static let deleteMember: StaticString = "DELETE FROM members WHERE chat = ? AND user = ?"
    private static let insertDeparture: StaticString = """
        INSERT INTO departures (chat, user, n, at_ms) VALUES (?, ?, ?, ?)
        ON CONFLICT (chat, user) DO UPDATE SET n = excluded.n, at_ms = excluded.at_ms
        """
    private static let first: StaticString = """
        SELECT u.id FROM members m JOIN users u ON u.key = m.user
        WHERE m.chat = ? AND m.role = ? AND u.deleted_ms IS NULL ORDER BY m.joined_n, m.user LIMIT 1
        """

    func member(_ user: UserRecord, of chat: ChatRecord) throws -> MemberRecord? {
        try memory.member(user, of: chat)
    }

    func firstMember(of chat: ChatRecord, as role: Member.Role) throws -> (UserRecord, MemberRecord)? {
        try memory.flush()
        guard let id = try connection[Self.first].first(chat.key, role.code, read: { UserID($0.text(0)) }),
            let user = try memory.user(id), let member = try memory.member(user, of: chat)
        else { return nil }
        return (user, member)
    }

    func insertMember(_ user: UserRecord, of chat: ChatRecord, role: Member.Role, n: Int64) throws -> MemberRecord {
        try insertMember(user.key, of: chat, role: role, n: n)
        let member = MemberRecord(
            key: MemberRecord.Key(chat: chat.key, user: user.key), role: role, joinedAt: now,
            joinedSeq: chat.chat.lastSeq, n: n)
        memory.remember(member)
        return member
    }

    /// The same without a place in the memory: for the many of a large chat, who would push out those that write.
    func insertMember(_ user: Int64, of chat: ChatRecord, role: Member.Role, n: Int64) throws {
        try connection[Self.insertMember].run(chat.key, user, role.code, now, chat.chat.lastSeq, n)
        try connection[Self.returned].run(chat.key, user)
    }

    func removeMember(_ key: MemberRecord.Key, n: Int64) throws {
        // What waits to be written of its row would be written after it.
        try memory.flush()
        try connection[Self.deleteMember].run(key.chat, key.user)
        try connection[Self.insertDeparture].run(key.chat, key.user, n, now)
        memory.forget(member: key)
    }

    func changed(_ member: MemberRecord) { memory.touch(member) }
}
