import ByteText
import ChatCore
import Foundation

/// Chats: made, renamed, deleted.
extension BatchWriter {
    private static let insertChat: StaticString = """
        INSERT INTO chats (id, name, name_folded, kind, pair, created_ms, meta_n, changed)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """
    private static let idTaken: StaticString = "SELECT 1 FROM chats WHERE id = ?"
    private static let byPair: StaticString = "SELECT id FROM chats WHERE pair = ?"
    private static let rename: StaticString = "UPDATE chats SET name = ?, name_folded = ? WHERE key = ?"
    private static let memberIDs: StaticString = """
        SELECT u.id, m.user FROM members m JOIN users u ON u.key = m.user WHERE m.chat = ?
        """
    private static let departAll: StaticString = """
        INSERT INTO departures (chat, user, n, at_ms) SELECT chat, user, ?, ? FROM members WHERE chat = ?
        ON CONFLICT (chat, user) DO UPDATE SET n = excluded.n, at_ms = excluded.at_ms
        """
    private static let removeAll: StaticString = "DELETE FROM members WHERE chat = ?"
    private static let eraseChat: StaticString = """
        UPDATE chats SET name = NULL, name_folded = NULL, pair = NULL, member_count = 0, changed = ?, deleted_ms = ?
        WHERE key = ?
        """

    func createChat(_ new: NewChat, by principal: Principal) throws -> Outcome {
        var members: [UserRecord] = []
        var creator: UserRecord?
        if case .user(let id) = principal {
            guard let user = try memory.user(id), !user.user.blocked,
                ChatPermissions.usersMayCreate(new.kind, policy)
            else { throw ChatError(.forbidden, "You may not create such chats here.") }
            creator = user
            members.append(user)
        }
        for name in new.members {
            let user = try resolve(name, by: principal)
            if !members.contains(where: { $0 === user }) { members.append(user) }
        }
        let name = try FieldRules.optionalName(new.name, field: "name")
        if let id = new.id {
            try FieldRules.id(id.rawValue)
            guard try connection[Self.idTaken].first(id, read: { _ in true }) == nil else {
                throw ChatError(.conflict, "This id is or was another chat's.", field: "id")
            }
        }
        switch new.kind {
        case .group:
            return try make(new, name: name, pair: nil, members: members, owner: creator)
        case .direct:
            guard members.count == 2 else {
                throw ChatError(.invalid, "A direct chat has two members.", field: Self.membersField(principal))
            }
            let keys = members.map(\.key).sorted()
            let pair = "\(keys[0]):\(keys[1])"
            if let id = try connection[Self.byPair].first(pair, read: { ChatID($0.text(0)) }) {
                return try returnTo(id, members)
            }
            return try make(new, name: name, pair: pair, members: members, owner: nil)
        }
    }

    private static func membersField(_ principal: Principal) -> String {
        principal == .operator ? "member_ids" : "memberIds"
    }

    private func resolve(_ name: String, by principal: Principal) throws -> UserRecord {
        if let user = try memory.user(UserID(name)) { return user }
        if let id = try userID(named: name), let user = try memory.user(id) { return user }
        let shown = ByteString(name).prefix(atMost: 64)
        throw ChatError(.notFound, "There is no such user: \(shown)", field: Self.membersField(principal))
    }

    private func make(
        _ new: NewChat, name: String?, pair: String?, members: [UserRecord], owner: UserRecord?
    ) throws -> Outcome {
        let n = next()
        let id = new.id ?? ChatID(UUID().uuidString.lowercased())
        try connection[Self.insertChat].run(
            id, name, name.flatMap(Folding.fold), new.kind.code, pair, now, n, n)
        let chat = try existingChat(id)
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
        try connection[Self.rename].run(name, name.flatMap(Folding.fold), chat.key)
        chat.chat.name = name
        chat.metaN = n
        chat.changed = n
        memory.touch(chat)
        changes.append(.chatUpdated(chat.chat))
        return .chat(chat.chat, created: false)
    }

    func deleteChat(_ id: ChatID) throws -> Outcome {
        let chat = try existingChat(id)
        var keys: [Int64] = []
        let members = try connection[Self.memberIDs].all(chat.key) { row in
            keys.append(row.int(1))
            return UserID(row.text(0))
        }
        let n = next()
        try connection[Self.departAll].run(n, now, chat.key)
        try connection[Self.removeAll].run(chat.key)
        try connection[Self.eraseChat].run(n, now, chat.key)
        for key in keys { memory.forget(member: MemberRecord.Key(chat: chat.key, user: key)) }
        memory.forget(chat: id)
        changes.append(.chatDeleted(id, members: members))
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
