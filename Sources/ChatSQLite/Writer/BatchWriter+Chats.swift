import ByteText
import ChatCore
import Foundation

/// Chats: made, renamed, deleted.
extension BatchWriter {
    private static let insertChat: StaticString = """
        INSERT INTO chats (id, name, name_folded, kind, pair, created_ms, meta_n, changed, made_n)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    private static let idTaken: StaticString = "SELECT 1 FROM chats WHERE id = ?"
    private static let byPair: StaticString = "SELECT id FROM chats WHERE pair = ?"
    private static let rename: StaticString = "UPDATE chats SET name = ?, name_folded = ?, meta_n = ? WHERE key = ?"
    private static let eraseChat: StaticString = """
        UPDATE chats SET name = NULL, name_folded = NULL, pair = NULL, member_count = 0, changed = ?1, gone_n = ?1,
            deleted_ms = ?2
        WHERE key = ?3
        """

    func createChat(_ new: NewChat, by principal: Principal) throws -> Outcome {
        let creator = try creator(of: new, principal)
        var members = creator.map { [$0] } ?? []
        var keys = Set(members.map(\.key))
        for name in new.members {
            let user = try resolve(name, by: principal)
            if keys.insert(user.key).inserted { members.append(user) }
        }
        try checkForm(new)
        switch new.kind {
        case .group:
            return try make(new, pair: nil, members: members, owner: creator)
        case .direct:
            guard members.count == 2 else {
                throw ChatError(.invalid, "A direct chat has two members.", field: Self.membersField(principal))
            }
            let keys = members.map(\.key).sorted()
            let pair = "\(keys[0]):\(keys[1])"
            if let id = try connection[Self.byPair].first(pair, read: { ChatID($0.text(0)) }) {
                return try returnTo(id, members)
            }
            return try make(new, pair: pair, members: members, owner: nil)
        }
    }

    /// Who makes the chat; `nil`: the operator.
    ///
    /// - Throws: `forbidden` for users who may not.
    func creator(of new: NewChat, _ principal: Principal) throws -> UserRecord? {
        guard case .user(let id) = principal else { return nil }
        guard let user = try memory.user(id), !user.user.blocked, ChatPermissions.usersMayCreate(new.kind, policy)
        else { throw ChatError(.forbidden, "You may not create such chats here.") }
        return user
    }

    /// - Throws: what is wrong with the chat's own fields.
    func checkForm(_ new: NewChat) throws {
        _ = try FieldRules.optionalName(new.name, field: "name")
        guard let id = new.id else { return }
        try FieldRules.id(id.rawValue)
        guard try connection[Self.idTaken].first(id, read: { _ in true }) == nil else {
            throw ChatError(.conflict, "This id is or was another chat's.", field: "id")
        }
    }

    static func membersField(_ principal: Principal) -> String {
        principal == .operator ? "member_ids" : "memberIds"
    }

    private func resolve(_ name: String, by principal: Principal) throws -> UserRecord {
        if let user = try memory.user(UserID(name)) { return user }
        if let id = try userID(named: name), let user = try memory.user(id) { return user }
        throw Self.noSuchMember(name, principal)
    }

    static func noSuchMember(_ name: String, _ principal: Principal) -> ChatError {
        let shown = ByteString(name).prefix(atMost: 64)
        return ChatError(.notFound, "There is no such user: \(shown)", field: membersField(principal))
    }

    /// A chat that was checked, without members.
    func insertChat(_ new: NewChat, pair: String?, n: Int64) throws -> ChatRecord {
        let name = try FieldRules.optionalName(new.name, field: "name")
        let id = new.id ?? ChatID(UUID().uuidString.lowercased())
        try connection[Self.insertChat].run(id, name, name.flatMap(Folding.fold), new.kind.code, pair, now, n, n, n)
        return try existingChat(id)
    }

    private func make(_ new: NewChat, pair: String?, members: [UserRecord], owner: UserRecord?) throws -> Outcome {
        let n = next()
        let chat = try insertChat(new, pair: pair, n: n)
        for user in members {
            try insertMember(user, into: chat, role: user === owner ? .owner : .member, n: n)
        }
        changes.append(.chatCreated(chat.chat, members: members.map(\.user.id)))
        return .chat(chat.chat, created: true)
    }

    /// The direct chat of the two is there already; whoever left it is in it again.
    private func returnTo(_ id: ChatID, _ members: [UserRecord]) throws -> Outcome {
        let chat = try existingChat(id)
        for user in members where try memory.member(user, of: chat) == nil {
            try insertMember(user, into: chat, role: .member, n: next())
            changes.append(.memberAdded(chat.chat, user.user.card))
        }
        return .chat(chat.chat, created: false)
    }

    func updateChat(_ id: ChatID, _ patch: ChatPatch, by principal: Principal) throws -> Outcome {
        let chat = try authorize(.rename, in: id, by: principal)
        guard let patched = patch.name else { return .chat(chat.chat, created: false) }
        let name = try FieldRules.optionalName(patched, field: "name")
        guard name != chat.chat.name else { return .chat(chat.chat, created: false) }
        let n = next()
        try connection[Self.rename].run(name, name.flatMap(Folding.fold), n, chat.key)
        chat.chat.name = name
        chat.changed = n
        memory.touch(chat)
        changes.append(.chatUpdated(chat.chat))
        return .chat(chat.chat, created: false)
    }

    /// The chat is gone for everybody with this commit; its members are told and its messages erased in slices.
    func deleteChat(_ id: ChatID) throws -> Outcome {
        let chat = try existingChat(id)
        // From now on there is no such chat, whoever still has a row as its member: those go in slices, each told when
        // its row goes.
        try connection[Self.eraseChat].run(next(), now, chat.key)
        memory.forget(chat: id)
        try beginChore(.purgeChat, subject: chat.key)
        return .done
    }

    /// The chat, if `principal` may do `action` in it.
    ///
    /// - Throws: `not_found` to the operator; to a user `forbidden`, whether the chat exists or not.
    func authorize(_ action: ChatPermissions.Action, in id: ChatID, by principal: Principal) throws -> ChatRecord {
        switch principal {
        case .operator:
            return try existingChat(id)
        case .user(let userID):
            let (chat, _, member) = try membership(userID, in: id)
            guard ChatPermissions.allows(action, as: member.role) else {
                throw ChatError(.forbidden, "Your role in this chat does not allow that.")
            }
            return chat
        }
    }
}
