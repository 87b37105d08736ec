import ChatCore

/// What the writer remembers of the file, so that a send in a known chat by a known member reads nothing.
///
/// Written through: a change is made to the record and marked; ``flush()`` writes the marked ones. Loop-bound to the
/// writer.
final class WriterMemory {
    private static let selectUser: StaticString = """
        SELECT key, id, username, display_name, avatar_url, created_ms, last_seen_ms, blocked
        FROM users WHERE id = ? AND deleted_ms IS NULL
        """
    private static let selectChat: StaticString = """
        SELECT key, id, name, kind, created_ms, member_count, last_seq, last_n, silent_seq, meta_n, members_n, changed
        FROM chats WHERE id = ? AND deleted_ms IS NULL
        """
    private static let selectMember: StaticString = """
        SELECT role, joined_ms, joined_seq, role_n, delivered_seq, delivered_ms, delivered_n, read_seq, read_ms, read_n
        FROM members WHERE chat = ? AND user = ?
        """
    private static let updateChat: StaticString = """
        UPDATE chats SET member_count = ?, last_seq = ?, last_n = ?, silent_seq = ?, members_n = ?, changed = ?
        WHERE key = ?
        """
    private static let updateMember: StaticString = """
        UPDATE members SET delivered_seq = ?, delivered_ms = ?, read_seq = ?, read_ms = ? WHERE chat = ? AND user = ?
        """
    private static let updateReader: StaticString = """
        UPDATE members SET delivered_seq = ?, delivered_ms = ?, read_seq = ?, read_ms = ?, read_n = ?
        WHERE chat = ? AND user = ?
        """
    private static let updateReceiver: StaticString = """
        UPDATE members SET delivered_seq = ?, delivered_ms = ?, read_seq = ?, read_ms = ?, delivered_n = ?
        WHERE chat = ? AND user = ?
        """
    private static let updateRole: StaticString =
        "UPDATE members SET role = ?, role_n = ? WHERE chat = ? AND user = ?"

    private let connection: Connection
    private var users: TwoGenerationCache<UserID, UserRecord>
    private var chats: TwoGenerationCache<ChatID, ChatRecord>
    private var members: TwoGenerationCache<MemberRecord.Key, MemberRecord>
    private var dirtyChats: [ChatRecord] = []
    private var dirtyMembers: [MemberRecord] = []

    init(_ connection: Connection) {
        self.connection = connection
        // Some 10 MB when full; at rest nothing.
        users = TwoGenerationCache(limit: 8192)
        chats = TwoGenerationCache(limit: 8192)
        members = TwoGenerationCache(limit: 16384)
    }

    // MARK: Looking up

    func user(_ id: UserID) throws -> UserRecord? {
        if let record = users[id] { return record }
        let record = try connection[Self.selectUser].first(id) {
            UserRecord(key: $0.int(0), user: UserRow.user($0, from: 1))
        }
        if let record { users[id] = record }
        return record
    }

    func chat(_ id: ChatID) throws -> ChatRecord? {
        if let record = chats[id] { return record }
        let record = try connection[Self.selectChat].first(id) { row in
            ChatRecord(
                key: row.int(0), chat: ChatRow.chat(row, from: 1), lastN: row.int(7), silentSeq: row.int(8),
                metaN: row.int(9), membersN: row.int(10), changed: row.int(11))
        }
        if let record { chats[id] = record }
        return record
    }

    func member(_ user: UserRecord, of chat: ChatRecord) throws -> MemberRecord? {
        let key = MemberRecord.Key(chat: chat.key, user: user.key)
        if let record = members[key] { return record }
        let record = try connection[Self.selectMember].first(key.chat, key.user) { row in
            let record = MemberRecord(
                key: key, role: Member.Role(code: row.int(0)), joinedAt: row.time(1), joinedSeq: row.int(2),
                n: row.int(3))
            record.deliveredSeq = row.int(4)
            record.deliveredAt = row.optionalTime(5)
            record.deliveredN = row.int(6)
            record.readSeq = row.int(7)
            record.readAt = row.optionalTime(8)
            record.readN = row.int(9)
            record.stored = record.revisions
            return record
        }
        if let record { members[key] = record }
        return record
    }

    // MARK: Changing

    func remember(_ record: UserRecord) { users[record.user.id] = record }

    func remember(_ record: ChatRecord) { chats[record.chat.id] = record }

    func remember(_ record: MemberRecord) { members[record.key] = record }

    func forget(_ user: UserRecord) { users[user.user.id] = nil }

    func forget(_ chat: ChatRecord) { chats[chat.chat.id] = nil }

    func forget(member key: MemberRecord.Key) { members[key] = nil }

    func touch(_ chat: ChatRecord) {
        guard !chat.isDirty else { return }
        chat.isDirty = true
        dirtyChats.append(chat)
    }

    func touch(_ member: MemberRecord) {
        guard !member.isDirty else { return }
        member.isDirty = true
        dirtyMembers.append(member)
    }

    /// Writes what was changed; afterwards queries see it.
    func flush() throws {
        for record in dirtyChats {
            try connection[Self.updateChat].run(
                record.chat.memberCount, record.chat.lastSeq, record.lastN, record.silentSeq, record.membersN,
                record.changed, record.key)
            record.isDirty = false
        }
        dirtyChats.removeAll(keepingCapacity: true)
        for record in dirtyMembers {
            try write(record)
            record.isDirty = false
        }
        dirtyMembers.removeAll(keepingCapacity: true)
    }

    /// SQLite writes the index of every column that a statement names, whether its value changes or not; a send, which
    /// moves no revision of its sender's, names none.
    private func write(_ member: MemberRecord) throws {
        let (key, stored) = (member.key, member.stored)
        let (hasRead, hasReceived) = (member.readN != stored.read, member.deliveredN != stored.delivered)
        let (delivered, read) = (OptionalInteger(member.deliveredAt), OptionalInteger(member.readAt))
        if !hasRead, !hasReceived {
            try connection[Self.updateMember].run(
                member.deliveredSeq, delivered, member.readSeq, read, key.chat, key.user)
        }
        if hasRead {
            try connection[Self.updateReader].run(
                member.deliveredSeq, delivered, member.readSeq, read, member.readN, key.chat, key.user)
        }
        if hasReceived {
            try connection[Self.updateReceiver].run(
                member.deliveredSeq, delivered, member.readSeq, read, member.deliveredN, key.chat, key.user)
        }
        if member.roleN != stored.role {
            try connection[Self.updateRole].run(member.role.code, member.roleN, key.chat, key.user)
        }
        member.stored = member.revisions
    }

    /// Keeps the memory bounded; only after ``flush()``.
    func age() {
        users.age()
        chats.age()
        members.age()
    }

    /// After a rollback: the file knows better.
    func forgetAll() {
        users.removeAll()
        chats.removeAll()
        members.removeAll()
        dirtyChats.removeAll()
        dirtyMembers.removeAll()
    }
}

@available(*, unavailable)
extension WriterMemory: Sendable {}
