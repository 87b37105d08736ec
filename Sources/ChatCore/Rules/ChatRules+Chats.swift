import ByteText

/// Chats: made, renamed, deleted.
extension ChatRules {
    mutating func createChat(_ new: NewChat, by principal: Principal) throws -> Outcome {
        let creator = try creator(of: new, by: principal)
        var members = creator.map { [$0] } ?? []
        var keys = Set(members.map(\.key))
        for name in new.members {
            let user = try resolve(name, by: principal)
            if keys.insert(user.key).inserted { members.append(user) }
        }
        try checkForm(of: new)
        switch new.kind {
        case .group:
            return try make(new, pair: nil, members: members, owner: creator)
        case .direct:
            guard members.count == 2 else {
                throw ChatError(.invalid, "A direct chat has two members.", field: Self.membersField(principal))
            }
            let pair = DirectPair(members[0].key, members[1].key)
            if let chat = try records.directChat(of: pair) { return try returnTo(chat, members) }
            return try make(new, pair: pair, members: members, owner: nil)
        }
    }

    /// Who makes the chat; `nil`: the operator.
    ///
    /// - Throws: `forbidden` for users who may not.
    public func creator(of new: NewChat, by principal: Principal) throws -> UserRecord? {
        guard case .user(let id) = principal else { return nil }
        guard let user = try records.user(id), !user.user.blocked, ChatPermissions.usersMayCreate(new.kind, policy)
        else { throw ChatError(.forbidden, "You may not create such chats here.") }
        return user
    }

    /// - Throws: what is wrong with the chat's own fields.
    public func checkForm(of new: NewChat) throws {
        _ = try FieldRules.optionalName(new.name, field: "name")
        guard let id = new.id else { return }
        try FieldRules.id(id)
        guard try !records.isTaken(id) else {
            throw ChatError(.conflict, "This id is or was another chat's.", field: "id")
        }
    }

    private static func membersField(_ principal: Principal) -> String {
        principal == .operator ? "member_ids" : "memberIds"
    }

    /// A user by id or, where there is no such id, by name.
    public func resolve(_ name: String, by principal: Principal) throws -> UserRecord {
        if let user = try records.user(UserID(name)) ?? user(named: name) { return user }
        let shown = ByteString(name).prefix(atMost: 64)
        throw ChatError(.notFound, "There is no such user: \(shown)", field: Self.membersField(principal))
    }

    /// A chat that was checked, without members.
    public func insertChat(_ new: NewChat, pair: DirectPair?, n: Int64) throws -> ChatRecord {
        let chat = Chat(
            id: new.id ?? ChatID(records.makeID()), name: try FieldRules.optionalName(new.name, field: "name"),
            kind: new.kind, createdAt: records.now, memberCount: 0, lastSeq: 0)
        return try records.insertChat(chat, pair: pair, n: n)
    }

    private mutating func make(
        _ new: NewChat, pair: DirectPair?, members: [UserRecord], owner: UserRecord?
    ) throws -> Outcome {
        let n = records.nextRevision()
        let chat = try insertChat(new, pair: pair, n: n)
        for user in members {
            try insertMember(user, into: chat, role: user === owner ? .owner : .member, n: n)
        }
        changes.append(.chatCreated(chat.chat, members: members.map(\.user.id)))
        return .chat(chat.chat, created: true)
    }

    /// The direct chat of the two is there already; whoever left it is in it again.
    private mutating func returnTo(_ chat: ChatRecord, _ members: [UserRecord]) throws -> Outcome {
        for user in members where try records.member(user, of: chat) == nil {
            try insertMember(user, into: chat, role: .member, n: records.nextRevision())
            changes.append(.memberAdded(chat.chat, user.user.card))
        }
        return .chat(chat.chat, created: false)
    }

    mutating func updateChat(_ id: ChatID, _ patch: ChatPatch, by principal: Principal) throws -> Outcome {
        let chat = try authorize(.rename, in: id, by: principal)
        guard let patched = patch.name else { return .chat(chat.chat, created: false) }
        let name = try FieldRules.optionalName(patched, field: "name")
        guard name != chat.chat.name else { return .chat(chat.chat, created: false) }
        let n = records.nextRevision()
        chat.chat.name = name
        chat.metaN = n
        try records.putName(of: chat)
        stamp(chat, n)
        changes.append(.chatUpdated(chat.chat))
        return .chat(chat.chat, created: false)
    }

    /// The chat is gone for everybody with this commit; its members are told and its messages erased in slices.
    func deleteChat(_ id: ChatID) throws -> Outcome {
        let chat = try existingChat(id)
        try records.eraseChat(chat, n: records.nextRevision())
        try records.begin(.purgeChat(chat))
        return .done
    }
}
