/// Members: they come, go and change their role.
extension ChatRules {
    mutating func putMember(
        _ userID: UserID, in chatID: ChatID, as role: Member.Role?, by principal: Principal
    ) throws -> Outcome {
        let chat = try authorize(.add, in: chatID, by: principal)
        guard let user = try records.user(userID) else {
            throw ChatError(.notFound, "There is no such user.", field: principal == .operator ? nil : "userId")
        }
        if let member = try records.member(user, of: chat) {
            if let role, role != member.role { try change(member, of: user, in: chat, to: role, by: principal) }
            return .member(Member(member, user))
        }
        if principal != .operator, !ChatPermissions.usersMayAdd(policy) {
            throw ChatError(.forbidden, "You may not add members here.")
        }
        guard chat.chat.kind == .group else {
            throw ChatError(.invalid, "A direct chat has no other members.")
        }
        let role = role ?? .member
        if role != .member { _ = try authorize(.changeRole, in: chatID, by: principal) }
        let member = try insertMember(user, into: chat, role: role, n: records.nextRevision())
        changes.append(.memberAdded(chat.chat, user.user.card))
        return .member(Member(member, user))
    }

    private mutating func change(
        _ member: MemberRecord, of user: UserRecord, in chat: ChatRecord, to role: Member.Role, by principal: Principal
    ) throws {
        _ = try authorize(.changeRole, in: chat.chat.id, by: principal)
        guard chat.chat.kind == .group else {
            throw ChatError(.invalid, "Of a direct chat both are plain members.", field: "role")
        }
        setRole(role, member, of: user, in: chat)
        if principal != .operator {
            guard try records.firstMember(of: chat, as: .owner) != nil else {
                throw ChatError(.conflict, "A chat keeps an owner: make another member owner first.", field: "role")
            }
        }
    }

    mutating func removeMember(
        _ userID: UserID, from chatID: ChatID, by principal: Principal
    ) throws -> Outcome {
        let chat: ChatRecord
        if case .user(let asker) = principal {
            chat = try membership(asker, in: chatID).0
        } else {
            chat = try existingChat(chatID)
        }
        guard let user = try records.user(userID), let member = try records.member(user, of: chat) else {
            throw Self.noMember
        }
        if principal != .user(userID) { _ = try authorize(.remove(member.role), in: chatID, by: principal) }
        try depart(user, member, from: chat)
        return .done
    }

    @discardableResult
    public func insertMember(
        _ user: UserRecord, into chat: ChatRecord, role: Member.Role, n: Int64
    ) throws -> MemberRecord {
        let member = try records.insertMember(user, of: chat, role: role, n: n)
        counted(1, in: chat, n: n)
        return member
    }

    /// Notes that so many members came or, below zero, went.
    public func counted(_ change: Int, in chat: ChatRecord, n: Int64) {
        chat.chat.memberCount += change
        chat.membersN = n
        stamp(chat, n)
    }

    /// Takes a member out, and sees to it that a group keeps an owner if it had one: the admin, else the member, who
    /// has been there longest.
    public mutating func depart(_ user: UserRecord, _ member: MemberRecord, from chat: ChatRecord) throws {
        let n = records.nextRevision()
        try records.removeMember(member.key, n: n)
        counted(-1, in: chat, n: n)
        changes.append(.memberRemoved(chat.chat.id, user.user.id))
        guard member.role == .owner, chat.chat.kind == .group,
            try records.firstMember(of: chat, as: .owner) == nil,
            let (heir, successor) = try records.firstMember(of: chat, as: .admin)
                ?? records.firstMember(of: chat, as: .member)
        else { return }
        setRole(.owner, successor, of: heir, in: chat)
    }

    /// Takes members out of a chat that is gone, as many at a time as the engine likes; each is told of its end once.
    ///
    /// - Returns: the revision of it.
    public mutating func dismiss(
        _ members: [(key: Int64, id: UserID)], ofDeleted chat: ChatID, key: Int64
    ) throws -> Int64 {
        let n = records.nextRevision()
        for member in members { try records.removeMember(MemberRecord.Key(chat: key, user: member.key), n: n) }
        changes.append(.chatDeleted(chat, members: members.map(\.id)))
        return n
    }

    private mutating func setRole(
        _ role: Member.Role, _ member: MemberRecord, of user: UserRecord, in chat: ChatRecord
    ) {
        let n = records.nextRevision()
        member.role = role
        member.roleN = n
        records.changed(member)
        chat.membersN = n
        stamp(chat, n)
        changes.append(.memberRoleChanged(chat.chat.id, user.user.id, role))
    }
}

extension Member {
    init(_ record: MemberRecord, _ user: UserRecord) {
        self.init(
            user: user.user.card, role: record.role, joinedAt: record.joinedAt, deliveredSeq: record.deliveredSeq,
            readSeq: record.readSeq)
    }
}
