import ChatCore

/// Members: they come, go and change their role.
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
    private static let owner: StaticString = "SELECT 1 FROM members WHERE chat = ? AND role = 2 LIMIT 1"
    private static let heir: StaticString = """
        SELECT u.id FROM members m JOIN users u ON u.key = m.user
        WHERE m.chat = ? AND u.deleted_ms IS NULL ORDER BY m.role DESC, m.joined_n, m.user LIMIT 1
        """

    func putMember(_ chatID: ChatID, _ userID: UserID, role: Member.Role?, by principal: Principal) throws -> Outcome {
        let chat = try authorize(.add, in: chatID, by: principal)
        guard let user = try memory.user(userID) else {
            throw ChatError(.notFound, "There is no such user.", field: principal == .operator ? nil : "userId")
        }
        if let member = try memory.member(user, of: chat) {
            if let role, role != member.role { try change(member, of: user, in: chat, to: role, by: principal) }
            return .member(self.member(member, user))
        }
        if principal != .operator, !ChatPermissions.usersMayAdd(policy) {
            throw ChatError(.forbidden, "You may not add members here.")
        }
        guard chat.chat.kind == .group else {
            throw ChatError(.invalid, "A direct chat has no other members.")
        }
        let role = role ?? .member
        if role != .member { _ = try authorize(.changeRole, in: chatID, by: principal) }
        let member = try insertMember(user, into: chat, role: role, n: next())
        changes.append(.memberAdded(chat.chat, user.user.card))
        return .member(self.member(member, user))
    }

    private func change(
        _ member: MemberRecord, of user: UserRecord, in chat: ChatRecord, to role: Member.Role, by principal: Principal
    ) throws {
        _ = try authorize(.changeRole, in: chat.chat.id, by: principal)
        try setRole(role, member, of: user, in: chat)
        if principal != .operator {
            try memory.flush()
            guard try connection[Self.owner].first(chat.key, read: { _ in true }) != nil else {
                throw ChatError(.conflict, "A chat keeps an owner: make another member owner first.", field: "role")
            }
        }
    }

    func removeMember(_ chatID: ChatID, _ userID: UserID, by principal: Principal) throws -> Outcome {
        let chat: ChatRecord
        if case .user(let asker) = principal {
            chat = try membership(asker, in: chatID).0
        } else {
            chat = try existingChat(chatID)
        }
        guard let user = try memory.user(userID), let member = try memory.member(user, of: chat) else {
            throw Self.noMember
        }
        if principal != .user(userID) { _ = try authorize(.remove(member.role), in: chatID, by: principal) }
        try depart(user, member, from: chat)
        return .done
    }

    @discardableResult
    func insertMember(_ user: UserRecord, into chat: ChatRecord, role: Member.Role, n: Int64) throws -> MemberRecord {
        try insertMember(user.key, into: chat, role: role, n: n)
        let member = MemberRecord(
            key: MemberRecord.Key(chat: chat.key, user: user.key), role: role, joinedAt: now,
            joinedSeq: chat.chat.lastSeq, n: n)
        memory.remember(member)
        return member
    }

    /// The same without a place in the memory: for the many of a large chat, who would push out those that write.
    func insertMember(_ user: Int64, into chat: ChatRecord, role: Member.Role, n: Int64) throws {
        try connection[Self.insertMember].run(chat.key, user, role.code, now, chat.chat.lastSeq, n)
        try connection[Self.returned].run(chat.key, user)
        chat.chat.memberCount += 1
        chat.membersN = n
        chat.changed = n
        memory.touch(chat)
    }

    /// Takes a member out, and sees to it that a group keeps an owner if it had one.
    func depart(_ user: UserRecord, _ member: MemberRecord, from chat: ChatRecord) throws {
        try memory.flush()
        let n = next()
        try recordDeparture(of: user.key, from: chat.key, n: n)
        memory.forget(member: member.key)
        chat.chat.memberCount -= 1
        chat.membersN = n
        chat.changed = n
        memory.touch(chat)
        changes.append(.memberRemoved(chat.chat.id, user.user.id))
        guard member.role == .owner, chat.chat.kind == .group,
            try connection[Self.owner].first(chat.key, read: { _ in true }) == nil,
            let heirID = try connection[Self.heir].first(chat.key, read: { UserID($0.text(0)) }),
            let heir = try memory.user(heirID), let successor = try memory.member(heir, of: chat)
        else { return }
        try setRole(.owner, successor, of: heir, in: chat)
    }

    func recordDeparture(of user: Int64, from chat: Int64, n: Int64) throws {
        try connection[Self.deleteMember].run(chat, user)
        try connection[Self.insertDeparture].run(chat, user, n, now)
    }

    private func setRole(
        _ role: Member.Role, _ member: MemberRecord, of user: UserRecord, in chat: ChatRecord
    ) throws {
        let n = next()
        member.role = role
        member.roleN = n
        chat.membersN = n
        chat.changed = n
        memory.touch(member)
        memory.touch(chat)
        changes.append(.memberRoleChanged(chat.chat.id, user.user.id, role))
    }

    private func member(_ record: MemberRecord, _ user: UserRecord) -> Member {
        Member(
            user: user.user.card, role: record.role, joinedAt: record.joinedAt, deliveredSeq: record.deliveredSeq,
            readSeq: record.readSeq)
    }
}
