import ByteText

/// Chats: made, renamed, deleted.
extension ChatRules {
    mutating func createChat(_ new: NewChat, by principal: Principal) throws -> Outcome {
        let creator = try creator(of: new, by: principal)
        var members = creator.map { [NewMember(user: $0, role: new.kind == .direct ? .member : .owner)] } ?? []
        var places = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1.user.key, $0) })
        for name in new.members {
            let member = try member(named: name, of: new, by: principal)
            if let place = places[member.user.key] {
                try Self.join(member.role, into: &members[place], principal)
            } else {
                places[member.user.key] = members.count
                members.append(member)
            }
        }
        if let chat = try repeated(new, by: principal, members) { return .chat(chat.chat, created: false) }
        try checkForm(of: new)
        switch new.kind {
        case .group:
            return try make(new, pair: nil, members: members)
        case .direct:
            guard members.count == 2 else {
                throw ChatError(.invalid, "A direct chat has two members.", field: Self.membersField(principal))
            }
            let pair = DirectPair(members[0].user.key, members[1].user.key)
            if let chat = try records.directChat(of: pair) { return try returnTo(chat, members.map(\.user)) }
            return try make(new, pair: pair, members: members)
        }
    }

    /// One who is to be in a chat that is made.
    public struct NewMember {
        public var user: UserRecord
        public var role: Member.Role
    }

    /// - Throws: `not_found`; `invalid` for a role in a direct chat.
    private func member(named name: String, of new: NewChat, by principal: Principal) throws -> NewMember {
        let role = new.roles[ByteString(name)] ?? .member
        guard new.kind == .group || role == .member else {
            throw ChatError(.invalid, "Of a direct chat both are plain members.", field: "members")
        }
        return NewMember(user: try resolve(name, by: principal), role: role)
    }

    /// Who is named twice, by id and by name: with one role that says more than a plain member's, or with none.
    private static func join(_ role: Member.Role, into member: inout NewMember, _ principal: Principal) throws {
        guard role != member.role, role != .member else { return }
        guard member.role == .member else {
            throw ChatError(.invalid, "A member is named with two roles.", field: membersField(principal))
        }
        member.role = role
    }

    /// The chat that the operator made with this id already, if what was asked for is what it is.
    ///
    /// - Returns: `nil` where there is none.
    /// - Throws: `conflict` for other content.
    public func repeated(_ new: NewChat, by principal: Principal, _ members: [NewMember]) throws -> ChatRecord? {
        try repeated(new, by: principal, count: members.count) { chat in
            try members.allSatisfy { try records.member($0.user, of: chat)?.role == $0.role }
        }
    }

    /// The same for an engine that has its own way to look at many members.
    public func repeated(
        _ new: NewChat, by principal: Principal, count: Int, areMembers: (ChatRecord) throws -> Bool
    ) throws -> ChatRecord? {
        guard principal == .operator, let id = new.id, let chat = try records.chat(id) else { return nil }
        let name = try FieldRules.optionalName(new.name, field: "name")
        guard chat.chat.kind == new.kind, chat.chat.memberCount == count,
            name.map({ ByteString($0) }) == chat.chat.name.map({ ByteString($0) }), try areMembers(chat)
        else { throw ChatError(.conflict, "There is a chat of this id, with other content.", field: "id") }
        return chat
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
        _ new: NewChat, pair: DirectPair?, members: [NewMember]
    ) throws -> Outcome {
        let n = records.nextRevision()
        let chat = try insertChat(new, pair: pair, n: n)
        for member in members { try insertMember(member.user, into: chat, role: member.role, n: n) }
        changes.append(.chatCreated(chat.chat, members: members.map(\.user.user.id)))
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
