import ChatCore
import Foundation

/// A snapshot to read from: the whole state. Every call looks through all there is.
struct MemoryReadView: ChatReadView, Sendable {
    let state: MemoryState
    let policy: ChatPolicy
    let now: Timestamp

    init(_ state: MemoryState, policy: ChatPolicy, now: Timestamp) {
        self.state = state
        self.policy = policy
        self.now = now
    }

    func revision() -> Revision { Revision(state.revision) }
    func setting(_ key: String) -> String? { state.settings[key] }
    func usersOnlineAtLastEnd() -> [UserID] { state.onlineAtLastEnd }

    func statistics() -> StoreStatistics {
        let chats = state.chats.values.filter { !$0.isDeleted }
        return StoreStatistics(
            users: state.users.values.count { !$0.isDeleted }, chats: chats.count,
            messages: chats.reduce(0) { $0 + $1.numbers.count }, fileBytes: 0, attachmentBytes: state.fileBytes)
    }

    /// Rows of a table, by their keys, as a page of a list.
    private func page<Row, Item: Sendable>(
        of rows: [Int64: Row], _ page: PageRequest, _ item: (Row) -> Item?
    ) throws -> Page<Item> {
        let place = try page.place()
        let found = rows.filter { $0.key > place }.sorted { $0.key < $1.key }.compactMap { row in
            item(row.value).map { (key: row.key, item: $0) }
        }
        return Page(Array(found.prefix(page.count + 1)), count: page.count)
    }

    // MARK: Users and tokens

    func user(_ id: UserID) -> User? { state.key(of: id).flatMap { state.users[$0]?.user } }

    func user(named username: String) -> User? {
        Folding.usernameKeys(username).lazy.compactMap(state.key(folded:)).first.flatMap { state.users[$0]?.user }
    }

    func users(matching query: String?, page: PageRequest) throws -> Page<User> {
        var finder = NameFinder(query)
        return try self.page(of: state.users, page) { row in
            guard !row.isDeleted else { return nil }
            return finder.isIn(row.user.username) || finder.isIn(row.user.displayName) ? row.user : nil
        }
    }

    func cards(_ ids: [UserID]) -> [UserCard] {
        ids.compactMap { id in state.userKeys[id].flatMap { state.users[$0]?.user.card } }
    }

    func token(_ id: TokenID) -> TokenRecord? { state.token(id)?.record }

    func tokens(of user: UserID?, page: PageRequest) throws -> Page<TokenRecord> {
        try self.page(of: state.tokens, page) { user == nil || $0.userID == user ? $0 : nil }
    }

    func standing(of user: UserID, token: TokenFacts) -> TokenStanding {
        let holder = state.userKeys[user].flatMap { state.users[$0] }.map { row in
            TokenHolder(
                id: user, isBlocked: row.user.blocked, isDeleted: row.isDeleted, revokedUpTo: row.revokedUpTo)
        }
        return token.standing(of: holder) { id in
            state.token(id).map { TokenState(owner: $0.record.userID, isRevoked: $0.record.revokedAt != nil) }
        }
    }

    func admission(of id: UserID, token: TokenFacts) throws -> Admission {
        if let refusal = Admission(refusing: standing(of: id, token: token)) { return refusal }
        guard let user = user(id) else { return .unknownUser }
        var floors: [ChatID: Int64] = [:]
        for (chat, member) in memberships(of: id) {
            let floor = policy.visibleAbove(joinedSeq: member.joinedSeq)
            if floor > 0 { floors[chat.chat.id] = floor }
        }
        return .admitted(
            Admission.Session(
                user: user, chats: chatIDs(of: id),
                presenceChats: presenceChats(of: id, quietMembers: policy.quietMembers), floors: floors,
                unreadTotal: unreadTotal(of: id), revision: revision()))
    }

    // MARK: Chats and members

    private func row(of chat: ChatID) -> MemoryState.ChatRow? { state.key(of: chat).flatMap { state.chats[$0] } }

    private func key(_ user: UserID, in chat: ChatID) -> MemberRecord.Key? {
        guard let user = state.key(of: user), let chat = state.key(of: chat) else { return nil }
        return MemberRecord.Key(chat: chat, user: user)
    }

    private func memberships(of user: UserID) -> [(chat: MemoryState.ChatRow, member: MemoryState.MemberRow)] {
        guard let key = state.key(of: user) else { return [] }
        return state.chats(of: key).compactMap { membership in
            state.chats[membership.chat].map { ($0, membership.row) }
        }
    }

    func chat(_ id: ChatID) -> Chat? { row(of: id)?.chat }

    func chats(matching query: String?, page: PageRequest) throws -> Page<Chat> {
        var finder = NameFinder(query)
        return try self.page(of: state.chats, page) { row in
            !row.isDeleted && finder.isIn(row.chat.name) ? row.chat : nil
        }
    }

    func member(_ user: UserID, of chat: ChatID) -> Member? { key(user, in: chat).flatMap(state.member) }

    func members(of chat: ChatID, page: PageRequest) throws -> Page<Member> {
        let key = state.key(of: chat) ?? 0
        let users = Dictionary(uniqueKeysWithValues: state.members(of: key).map { ($0.user, $0.user) })
        return try self.page(of: users, page) { state.member(MemberRecord.Key(chat: key, user: $0)) }
    }

    func contacts(of user: UserID, among others: [UserID]) -> Set<UserID> {
        let chats = Set(chatIDs(of: user))
        return Set(others.filter { !chats.isDisjoint(with: chatIDs(of: $0)) })
    }

    func chatIDs(of user: UserID) -> [ChatID] { memberships(of: user).map(\.chat.chat.id) }

    func presenceChats(of user: UserID, quietMembers: Int) -> [ChatID] {
        memberships(of: user).filter { $0.chat.chat.memberCount <= quietMembers }.map(\.chat.chat.id)
    }

    func chatList(of user: UserID) throws -> [ChatListItem] {
        func liveliness(_ chat: MemoryState.ChatRow) -> Int64 {
            ChatListItem.liveliness(lastN: chat.lastN, metaN: chat.metaN)
        }
        return try memberships(of: user).sorted { liveliness($0.chat) > liveliness($1.chat) }.map { chat, member in
            let floor = policy.visibleAbove(joinedSeq: member.joinedSeq)
            let last = chat.chat.lastSeq > floor ? state.message(chat.lastN)?.seen(above: floor) : nil
            let shown = try members(of: chat.chat.id, page: PageRequest(limit: ChatListItem.shownMembers)).items
            return ChatListItem(
                chat: chat.chat, members: shown, lastMessage: last, unreadCount: unread(member, in: chat),
                readSeq: member.marks.readSeq, deliveredSeq: member.marks.deliveredSeq)
        }
    }

    // MARK: Messages

    func message(_ id: MessageID) -> Message? { id.revision.flatMap { state.message($0.value) } }

    func message(_ id: MessageID, in chat: ChatID, for user: UserID) throws -> Message {
        let floor = try policy.visibleAbove(joinedSeq: joinedSeq(user, chat))
        return try Message.seen(message(id), in: chat, above: floor)
    }

    private func joinedSeq(_ user: UserID, _ chat: ChatID) -> Int64? {
        key(user, in: chat).flatMap { state.members[$0]?.joinedSeq }
    }

    func history(of chat: ChatID, _ range: HistoryRange, limit: Int, bytes: Int) -> HistoryPage {
        history(of: chat, above: 0, range, limit: limit, bytes: bytes)
    }

    func history(
        of chat: ChatID, for user: UserID, _ range: HistoryRange, limit: Int, bytes: Int
    ) throws -> HistoryPage {
        let floor = try policy.visibleAbove(joinedSeq: joinedSeq(user, chat))
        return history(of: chat, above: floor, range, limit: limit, bytes: bytes)
    }

    private func history(
        of chat: ChatID, above floor: Int64, _ range: HistoryRange, limit: Int, bytes: Int
    ) -> HistoryPage {
        let messages = (row(of: chat)?.numbers ?? []).compactMap { state.message($0)?.seen(above: floor) }
        func filled(_ messages: [Message], _ limit: Int, _ bytes: Int) -> HistoryPage {
            var fill = PageFill(limit: limit, bytes: bytes)
            let shown = messages.prefix { message in
                guard fill.hasRoom else { return false }
                fill.note(textBytes: message.content.utf8.count)
                return true
            }
            return HistoryPage(messages: Array(shown), hasMore: shown.count < messages.count)
        }
        return range.page(above: floor, limit: limit, bytes: bytes) { seq, limit, bytes in
            var page = filled(messages.filter { $0.seq < seq && $0.seq > floor }.reversed(), limit, bytes)
            page.messages.reverse()
            return page
        } after: { seq, limit, bytes in
            filled(messages.filter { $0.seq > seq }, limit, bytes)
        }
    }

    private func unread(_ member: MemoryState.MemberRow, in chat: MemoryState.ChatRow) -> Int {
        Int(
            Unread.count(lastSeq: chat.chat.lastSeq, readSeq: member.marks.readSeq, silentSeq: chat.silentSeq) {
                state.silentCount(in: state.chatKeys[chat.chat.id] ?? 0, above: member.marks.readSeq)
            })
    }

    func unreadCount(of user: UserID, in chat: ChatID) -> Int {
        guard let key = key(user, in: chat), let member = state.members[key], let row = state.chats[key.chat]
        else { return 0 }
        return unread(member, in: row)
    }

    func unreadTotal(of user: UserID) -> Int {
        memberships(of: user).reduce(0) { $0 + unread($1.member, in: $1.chat) }
    }

    // MARK: Files

    func file(_ id: FileID) -> StoredFile? { found(id)?.file }

    func file(_ id: FileID, for user: UserID) throws -> StoredFile {
        let found = found(id)
        let joined = found?.chat.flatMap { joinedSeq(user, $0) }
        return try StoredFile.file(
            found?.file, for: user, seq: found?.seq ?? 0, above: joined.map { policy.visibleAbove(joinedSeq: $0) })
    }

    func chunk(_ number: Int64, of id: FileID) -> [UInt8]? {
        guard let file = state.fileKeys[id].flatMap({ state.files[$0] }), file.isFinished,
            (0..<Int64(file.chunks.count)).contains(number)
        else { return nil }
        return file.chunks[Int(number)]
    }

    private func found(_ id: FileID) -> (file: StoredFile, chat: ChatID?, seq: Int64)? {
        guard let row = state.fileKeys[id].flatMap({ state.files[$0] }), row.isFinished,
            let owner = state.users[row.owner]?.user.id,
            StoredFile.isThere(isSent: row.message != nil, createdAt: row.createdAt, now: now)
        else { return nil }
        let message = row.message.flatMap { state.message($0) }
        let file = StoredFile(
            attachment: row.attachment, ownerID: owner, createdAt: row.createdAt, messageID: message?.id)
        return (file, message?.chatID, message?.seq ?? 0)
    }
}
