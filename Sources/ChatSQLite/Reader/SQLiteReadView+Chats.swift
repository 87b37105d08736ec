import ChatCore

/// Chats, members, contacts, and the chat list.
extension SQLiteReadView {
    private static let byID: StaticString = """
        SELECT id, name, kind, created_ms, member_count, last_seq FROM chats WHERE id = ? AND deleted_ms IS NULL
        """
    private static let pageOfChats: StaticString = """
        SELECT key, id, name, kind, created_ms, member_count, last_seq FROM chats
        WHERE key > ? AND deleted_ms IS NULL ORDER BY key
        """
    private static let memberOfChat: StaticString = """
        SELECT m.role, m.joined_ms, m.delivered_seq, m.read_seq, u.id, u.username, u.display_name, u.avatar_url
        FROM chats c, users u JOIN members m ON m.chat = c.key AND m.user = u.key
        WHERE c.id = ? AND c.deleted_ms IS NULL AND u.id = ?
        """
    private static let pageOfMembers: StaticString = """
        SELECT m.role, m.joined_ms, m.delivered_seq, m.read_seq, u.id, u.username, u.display_name, u.avatar_url, m.user
        FROM members m JOIN users u ON u.key = m.user WHERE m.chat = ? AND m.user > ? ORDER BY m.user LIMIT ?
        """
    static let chatKey: StaticString = "SELECT key FROM chats WHERE id = ? AND deleted_ms IS NULL"
    private static let chatsOfUser: StaticString = """
        SELECT c.id FROM members m CROSS JOIN chats c ON c.key = m.chat
        WHERE m.user = ? AND c.deleted_ms IS NULL AND c.member_count <= ?
        """
    private static let sharesChat: StaticString = """
        SELECT 1 FROM members mine CROSS JOIN members theirs ON theirs.chat = mine.chat AND theirs.user = ?2
            CROSS JOIN chats c ON c.key = mine.chat
        WHERE mine.user = ?1 AND c.deleted_ms IS NULL LIMIT 1
        """
    private static let list: StaticString = """
        SELECT m.n, c.id, m.seq, m.kind, m.created_ms, m.client_id, m.content, m.reacted_n, m.edited_ms, m.deleted_ms,
            u.id, u.username, u.display_name, u.avatar_url, r.n, r.seq, ru.id, substr(r.content, 1, 201), m.files,
            c.key, c.last_seq, c.silent_seq, c.name, c.kind, c.created_ms, c.member_count, c.meta_n,
            me.read_seq, me.delivered_seq, me.joined_seq
        FROM members me CROSS JOIN chats c ON c.key = me.chat
            LEFT JOIN messages m ON m.chat = c.key AND m.seq = c.last_seq LEFT JOIN users u ON u.key = m.sender
            LEFT JOIN messages r ON r.n = m.reply_n LEFT JOIN users ru ON ru.key = r.sender
        WHERE me.user = ? AND c.deleted_ms IS NULL
        """

    func chat(_ id: ChatID) throws -> Chat? {
        try connection[Self.byID].first(id) { ChatRow.chat($0) }
    }

    func chats(matching query: String?, page: PageRequest) throws -> Page<Chat> {
        var finder = NameFinder(query)
        var rows: [(key: Int64, item: Chat)] = []
        try connection[Self.pageOfChats].scan(try page.place()) { row in
            if row.withText(2, { finder.isIn($0) }) { rows.append((row.int(0), ChatRow.chat(row, from: 1))) }
            return rows.count <= page.count
        }
        return Page(rows, count: page.count)
    }

    func member(_ user: UserID, of chat: ChatID) throws -> Member? {
        try connection[Self.memberOfChat].first(chat, user) { ChatRow.member($0) }
    }

    func members(of chat: ChatID, page: PageRequest) throws -> Page<Member> {
        let place = try page.place()
        guard let key = try key(of: chat) else { return Page(items: [], next: nil) }
        return Page(try members(key, after: place, limit: page.count + 1), count: page.count)
    }

    private func members(_ chat: Int64, after place: Int64, limit: Int) throws -> [(key: Int64, item: Member)] {
        try connection[Self.pageOfMembers].all(chat, place, limit) { (key: $0.int(8), item: ChatRow.member($0)) }
    }

    func presenceChats(of user: UserID, quietMembers: Int) throws -> [ChatID] {
        guard let key = try key(of: user) else { return [] }
        return try connection[Self.chatsOfUser].all(key, quietMembers) { ChatID($0.text(0)) }
    }

    func contacts(of user: UserID, among others: [UserID]) throws -> Set<UserID> {
        guard let key = try key(of: user) else { return [] }
        var contacts: Set<UserID> = []
        for other in others {
            guard let theirs = try self.key(of: other) else { continue }
            if try connection[Self.sharesChat].first(key, theirs, read: { _ in true }) != nil { contacts.insert(other) }
        }
        return contacts
    }

    func chatList(of user: UserID) throws -> [ChatListItem] {
        guard let userKey = try key(of: user) else { return [] }
        let rows = try connection[Self.list].all(userKey) { row in try listRow(row) }
        return try rows.sorted { $0.latest > $1.latest }.map { row in
            var item = row.item
            item.members = try members(row.key, after: 0, limit: ChatListItem.shownMembers).map(\.item)
            item.lastMessage = try row.last.map { try MessageRow.finish($0, connection).seen(above: row.floor) }
            return item
        }
    }

    private struct ListRow {
        var key: Int64
        /// The revision of what last happened: the list begins with the liveliest chat.
        var latest: Int64
        var last: MessageRow.Draft?
        /// The user sees the messages above it.
        var floor: Int64
        var item: ChatListItem
    }

    private func listRow(_ row: PreparedStatement) throws -> ListRow {
        let key = row.int(19)
        let lastSeq = row.int(20)
        let readSeq = row.int(27)
        let floor = policy.visibleAbove(joinedSeq: row.int(29))
        let last = row.isNull(0) || lastSeq <= floor ? nil : MessageRow.draft(row)
        let chat = Chat(
            id: ChatID(row.text(1)), name: row.optionalText(22), kind: Chat.Kind(code: row.int(23)),
            createdAt: row.time(24), memberCount: Int(row.int(25)), lastSeq: lastSeq)
        let unread = try unread(chat: key, lastSeq: lastSeq, readSeq: readSeq, silentSeq: row.int(21))
        let item = ChatListItem(
            chat: chat, members: [], lastMessage: nil, unreadCount: Int(unread), readSeq: readSeq,
            deliveredSeq: row.int(28))
        let latest = ChatListItem.liveliness(lastN: row.int(0), metaN: row.int(26))
        return ListRow(key: key, latest: latest, last: last, floor: floor, item: item)
    }

    func key(of chat: ChatID) throws -> Int64? {
        try connection[Self.chatKey].first(chat) { $0.int(0) }
    }
}
