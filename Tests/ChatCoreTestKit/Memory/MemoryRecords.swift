import ChatCore
import Foundation

/// One transaction on a ``MemoryState``: its records for the rules. What is stored goes into ``state`` at once; whoever
/// runs the command keeps that, or what was there before.
final class MemoryRecords: ChatRecords {
    let policy: ChatPolicy
    let now: Timestamp
    let committedRevision: Revision
    var state: MemoryState
    /// What long works have told: they are done at once.
    var changes: [Change] = []
    let check: NeedsCheck
    private var userRecords: [Int64: UserRecord] = [:]
    private var chatRecords: [Int64: ChatRecord] = [:]
    private var memberRecords: [MemberRecord.Key: MemberRecord] = [:]

    /// - Parameters:
    ///   - committed: the newest revision that anybody was told of.
    ///   - needs: what the command has said that it will load.
    init(_ state: MemoryState, committed: Revision, policy: ChatPolicy, now: Timestamp, needs: RecordNeeds) {
        committedRevision = committed
        self.state = state
        self.policy = policy
        self.now = now
        check = NeedsCheck(needs)
    }

    func nextRevision() -> Int64 {
        state.revision = max(state.revision, (now.milliseconds / 1000) << 20) + 1
        return state.revision
    }

    func makeID() -> String { UUID().uuidString.lowercased() }

    func putSetting(_ key: String, _ value: String) { state.settings[key] = value }

    func cursor(_ name: String) -> FeedPosition? {
        check.loads(cursor: name)
        return state.cursors[name]?.position
    }

    func cursorCount() -> Int { state.cursors.count }

    func putCursor(_ name: String, at position: FeedPosition) {
        state.cursors[name] = FeedCursor(name: name, position: position, movedAt: now)
    }

    func removeCursor(_ name: String) { state.cursors[name] = nil }
}

@available(*, unavailable)
extension MemoryRecords: Sendable {}

/// Chats and members.
extension MemoryRecords {
    func chat(_ id: ChatID) -> ChatRecord? {
        check.loads(chat: id)
        return state.key(of: id).flatMap(chatRecord)
    }

    func chat(key: Int64) -> ChatRecord? {
        check.follows(chat: key)
        return chatRecord(key)
    }

    /// The same record each time: what the rules have changed in it holds in all of the transaction.
    func chatRecord(_ key: Int64) -> ChatRecord? {
        guard let row = state.chats[key], !row.isDeleted else { return nil }
        if let record = chatRecords[key] { return record }
        let record = ChatRecord(
            key: key, chat: row.chat, lastN: row.lastN, silentSeq: row.silentSeq, metaN: row.metaN,
            membersN: row.membersN, changed: row.changed)
        chatRecords[key] = record
        return record
    }

    func isTaken(_ id: ChatID) -> Bool {
        check.loads(chat: id)
        return state.chatKeys[id] != nil
    }

    func directChat(of pair: DirectPair) -> ChatRecord? {
        check.loads(pair: [pair.first, pair.second].compactMap { state.users[$0] })
        guard let key = state.chats.first(where: { $0.value.pair == pair })?.key else { return nil }
        check.mayFollow(chat: key)
        return chatRecord(key)
    }

    func insertChat(_ chat: Chat, pair: DirectPair?, n: Int64) -> ChatRecord {
        let key = state.makeKey()
        state.chatKeys[chat.id] = key
        state.chats[key] = MemoryState.ChatRow(chat: chat, pair: pair, madeN: n, metaN: n, changed: n)
        check.mayFollow(chat: key)
        let record = ChatRecord(key: key, chat: chat, lastN: 0, silentSeq: 0, metaN: n, membersN: 0, changed: n)
        chatRecords[key] = record
        return record
    }

    func putName(of chat: ChatRecord) {
        state.chats[chat.key]?.chat.name = chat.chat.name
        state.chats[chat.key]?.metaN = chat.metaN
    }

    func eraseChat(_ chat: ChatRecord, n: Int64) {
        state.chats[chat.key]?.isDeleted = true
        state.chats[chat.key]?.pair = nil
        state.chats[chat.key]?.chat.name = nil
        state.chats[chat.key]?.changed = n
        state.chats[chat.key]?.goneN = n
        chatRecords[chat.key] = nil
    }

    func changed(_ chat: ChatRecord) {
        state.chats[chat.key]?.chat = chat.chat
        state.chats[chat.key]?.lastN = chat.lastN
        state.chats[chat.key]?.silentSeq = chat.silentSeq
        state.chats[chat.key]?.metaN = chat.metaN
        state.chats[chat.key]?.membersN = chat.membersN
        state.chats[chat.key]?.changed = chat.changed
    }

    func member(_ user: UserRecord, of chat: ChatRecord) -> MemberRecord? {
        check.loads(member: user.user.id, of: chat.chat.id, key: chat.key)
        return memberRecord(MemberRecord.Key(chat: chat.key, user: user.key))
    }

    func memberRecord(_ key: MemberRecord.Key) -> MemberRecord? {
        guard let row = state.members[key] else { return nil }
        if let record = memberRecords[key] { return record }
        let record = MemberRecord(
            key: key, role: row.role, joinedAt: row.joinedAt, joinedSeq: row.joinedSeq, n: row.roleN)
        record.readSeq = row.marks.readSeq
        record.readAt = row.marks.readAt
        record.readN = row.marks.readN
        record.deliveredSeq = row.marks.deliveredSeq
        record.deliveredAt = row.marks.deliveredAt
        record.deliveredN = row.marks.deliveredN
        memberRecords[key] = record
        return record
    }

    func firstMember(of chat: ChatRecord, as role: Member.Role) -> (UserRecord, MemberRecord)? {
        let candidates = state.members(of: chat.key).filter { $0.row.role == role }
        let first = candidates.min { ($0.row.joinedN, $0.user) < ($1.row.joinedN, $1.user) }
        guard let first, let user = userRecord(first.user),
            let member = memberRecord(MemberRecord.Key(chat: chat.key, user: first.user))
        else { return nil }
        return (user, member)
    }

    func insertMember(_ user: UserRecord, of chat: ChatRecord, role: Member.Role, n: Int64) -> MemberRecord {
        let key = MemberRecord.Key(chat: chat.key, user: user.key)
        let seq = chat.chat.lastSeq
        state.members[key] = MemoryState.MemberRow(
            role: role, joinedAt: now, joinedSeq: seq, joinedN: n, roleN: n,
            marks: Watermarks(
                readSeq: seq, readAt: nil, readN: 0, deliveredSeq: seq, deliveredAt: nil, deliveredN: 0))
        state.departures[key] = nil
        let record = MemberRecord(key: key, role: role, joinedAt: now, joinedSeq: seq, n: n)
        memberRecords[key] = record
        return record
    }

    func removeMember(_ key: MemberRecord.Key, n: Int64) {
        state.members[key] = nil
        state.departures[key] = n
        memberRecords[key] = nil
    }

    func changed(_ member: MemberRecord) {
        state.members[member.key]?.role = member.role
        state.members[member.key]?.roleN = member.roleN
        state.members[member.key]?.marks = Watermarks(
            readSeq: member.readSeq, readAt: member.readAt, readN: member.readN, deliveredSeq: member.deliveredSeq,
            deliveredAt: member.deliveredAt, deliveredN: member.deliveredN)
    }
}

/// What other engines do in slices is done at once.
extension MemoryRecords {
    func begin(_ work: LongWork) throws {
        try check.suspended {
            switch work {
            case .purgeChat(let chat): try purge(chat)
            case .departUser(let user): try depart(user)
            case .eraseMessages(let user): try eraseMessages(of: user)
            case .eraseUnsentFiles(let user):
                let unsent = state.files.filter { $0.value.owner == user.key && $0.value.message == nil }
                for key in unsent.keys { erase(file: key) }
            }
        }
    }

    private func purge(_ chat: ChatRecord) throws {
        let members = state.members(of: chat.key).compactMap { member in
            state.users[member.user].map { (key: member.user, id: $0.user.id) }
        }
        var rules = ChatRules(self)
        _ = try rules.dismiss(members, ofDeleted: chat.chat.id, key: chat.key)
        changes += rules.changes
        for number in state.chats[chat.key]?.numbers ?? [] {
            for file in state.messages[number]?.files ?? [] { erase(file: file) }
            state.messages[number] = nil
        }
        state.chats[chat.key]?.numbers = []
    }

    private func depart(_ user: UserRecord) throws {
        var rules = ChatRules(self)
        for (key, _) in state.chats(of: user.key) {
            guard let chat = chatRecord(key),
                let member = memberRecord(MemberRecord.Key(chat: key, user: user.key))
            else { continue }
            try rules.depart(user, member, from: chat)
        }
        changes += rules.changes
        state.tokens = state.tokens.filter { $0.value.userID != user.user.id }
    }

    private func eraseMessages(of user: UserRecord) throws {
        var rules = ChatRules(self)
        for n in state.messages.keys.sorted() {
            guard let message = messageRecord(n), message.senderKey == user.key, !message.isDeleted,
                let chat = chatRecord(message.chatKey)
            else { continue }
            try rules.erase(message, in: chat)
        }
        changes += rules.changes
    }
}

/// Users and tokens.
extension MemoryRecords {
    func user(_ id: UserID) -> UserRecord? {
        check.loads(user: id)
        return state.key(of: id).flatMap(userRecord)
    }

    func user(folded name: String) -> UserRecord? {
        check.loads(name: name)
        return state.key(folded: name).flatMap(userRecord)
    }

    func userRecord(_ key: Int64) -> UserRecord? {
        guard let row = state.users[key], !row.isDeleted else { return nil }
        if let folded = row.folded { check.mayFollow(name: folded) }
        if let record = userRecords[key] { return record }
        let record = UserRecord(key: key, user: row.user)
        userRecords[key] = record
        return record
    }

    func isTaken(_ id: UserID) -> Bool {
        check.loads(user: id)
        return state.userKeys[id] != nil
    }

    func insertUser(_ user: User, folded: String, n: Int64) -> UserRecord {
        let key = state.makeKey()
        state.userKeys[user.id] = key
        state.users[key] = MemoryState.UserRow(user: user, folded: folded, madeN: n)
        let record = UserRecord(key: key, user: user)
        userRecords[key] = record
        return record
    }

    func putCard(_ card: UserCard, folded: String?, of user: UserRecord, n: Int64) {
        state.users[user.key]?.user.username = card.username
        state.users[user.key]?.user.displayName = card.displayName
        state.users[user.key]?.user.avatarURL = card.avatarURL
        if let folded { state.users[user.key]?.folded = folded }
        state.users[user.key]?.cardN = n
    }

    func putBlocked(_ blocked: Bool, of user: UserRecord, n: Int64) {
        state.users[user.key]?.user.blocked = blocked
        state.users[user.key]?.blockedN = n
    }

    func putPresence(_ presence: PresenceChange, of user: UserRecord) {
        state.users[user.key]?.isOnline = presence.online
        state.users[user.key]?.user.lastSeenAt = presence.at
    }

    func eraseUser(_ user: UserRecord, n: Int64) {
        state.users[user.key]?.user.username = User.deletedName
        state.users[user.key]?.user.displayName = nil
        state.users[user.key]?.user.avatarURL = nil
        state.users[user.key]?.folded = nil
        state.users[user.key]?.isOnline = false
        state.users[user.key]?.cardN = n
        userRecords[user.key] = nil
    }

    func chatIDs(of user: UserRecord) -> [ChatID] {
        state.chats(of: user.key).compactMap { state.chats[$0.chat]?.chat.id }
    }

    func token(_ id: TokenID) -> TokenState? {
        check.loads(token: id)
        return state.token(id).map { TokenState(owner: $0.record.userID, isRevoked: $0.record.revokedAt != nil) }
    }

    func insertToken(_ token: TokenRecord, of owner: UserRecord) { state.tokens[state.makeKey()] = token }

    func revokeToken(_ id: TokenID, n: Int64) {
        guard let key = state.token(id)?.key else { return }
        state.tokens[key]?.revokedAt = now
        state.revocations[key] = n
    }

    func revokeTokens(of user: UserRecord, issuedUpTo time: Timestamp, n: Int64) {
        for (key, token) in state.tokens where token.userID == user.user.id && token.revokedAt == nil {
            state.tokens[key]?.revokedAt = now
        }
        let before = state.users[user.key]?.revokedUpTo ?? time
        state.users[user.key]?.revokedUpTo = max(before, time)
        state.users[user.key]?.revokedN = n
    }
}
