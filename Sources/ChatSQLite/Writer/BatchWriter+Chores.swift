import ChatCore
import Foundation

/// Work too long for one transaction: begun with the command, gone on with between batches, also after a restart.
///
/// A chore is a row; each slice of it is a transaction that a ``Slice`` bounds, with changes of its own, told with it:
/// so who is told when is who is concerned when, and an offset never covers what its holder was not told.
extension BatchWriter {
    enum Chore: Int64 {
        /// Takes the members out of a deleted chat, then removes its messages.
        case purgeChat = 0
        /// Makes tombstones of a deleted user's messages.
        case eraseMessages = 1
        /// Overwrites the chunks of a removed file.
        case eraseFile = 2
        /// Takes the words of deleted texts out of the search index: see ``IndexCleaner``, whose mark it is.
        case cleanIndex = 3
        /// Lets the many members of a new chat in.
        case growChat = 4
        /// Takes a deleted user out of their chats, and removes their tokens.
        case departUser = 5
    }

    /// A row of `chores`.
    struct ChoreRow {
        var id: Int64
        /// `nil`: of a newer Parley.
        var kind: Chore?
        var subject: Int64
        /// How far it is; what that means is the chore's own.
        var done: Int64
    }

    private static let insert: StaticString = "INSERT INTO chores (kind, subject, users) VALUES (?, ?, ?)"
    private static let newest: StaticString = "SELECT max(id) FROM chores"
    private static let byID: StaticString = "SELECT id, kind, subject, done_n FROM chores WHERE id = ?"
    private static let following: StaticString = """
        SELECT id, kind, subject, done_n FROM chores WHERE id > ? AND kind <> 3 ORDER BY id LIMIT 1
        """
    private static let advance: StaticString = "UPDATE chores SET done_n = ? WHERE id = ?"
    private static let finish: StaticString = "DELETE FROM chores WHERE id = ?"
    private static let membersOfChat: StaticString = """
        SELECT m.user, u.id FROM members m JOIN users u ON u.key = m.user WHERE m.chat = ? ORDER BY m.user LIMIT 200
        """
    private static let deletedChat: StaticString = "SELECT id FROM chats WHERE key = ?"
    private static let firstOfChat: StaticString =
        "SELECT n, content, files FROM messages WHERE chat = ? ORDER BY seq LIMIT 200"
    private static let eraseReactions: StaticString = "DELETE FROM reactions WHERE message = ?"
    private static let eraseMessage: StaticString = "DELETE FROM messages WHERE n = ?"
    private static let messagesAfter: StaticString = """
        SELECT n, sender, deleted_ms FROM messages WHERE n > ? ORDER BY n LIMIT 5000
        """
    private static let userOfKey: StaticString = """
        SELECT key, id, username, display_name, avatar_url, created_ms, last_seen_ms, blocked
        FROM users WHERE key = ?
        """
    private static let chatsOfUser: StaticString = """
        SELECT c.id FROM members m JOIN chats c ON c.key = m.chat
        WHERE m.user = ? AND c.deleted_ms IS NULL LIMIT 50
        """
    private static let eraseTokens: StaticString = """
        DELETE FROM tokens WHERE key IN (SELECT key FROM tokens WHERE user = ? LIMIT 500)
        """
    private static let tokenLeft: StaticString = "SELECT 1 FROM tokens WHERE user = ? LIMIT 1"
    private static let newcomers: StaticString = "SELECT users FROM chores WHERE id = ?"
    private static let newcomer: StaticString = """
        SELECT id FROM users WHERE key = ?1 AND deleted_ms IS NULL
            AND NOT EXISTS (SELECT 1 FROM members WHERE chat = ?2 AND user = ?1)
        """

    /// Some bytes of an event beside what it names.
    private static let eventBytes = 300

    // MARK: Beginning and going on

    func begin(_ work: LongWork) throws {
        switch work {
        case .purgeChat(let chat): try beginChore(.purgeChat, subject: chat.key)
        case .departUser(let user): try beginChore(.departUser, subject: user.key)
        case .eraseMessages(let user): try beginChore(.eraseMessages, subject: user.key)
        case .eraseUnsentFiles(let user): try eraseUnsentFiles(of: user.key)
        }
    }

    /// Notes the chore and does its first slice, which for what is small is all of it.
    private func beginChore(_ chore: Chore, subject: Int64) throws {
        let id = try insertChore(chore, subject: subject)
        if let row = try self.chore(id) { try slice(of: row) }
    }

    /// Notes a chore.
    ///
    /// - Parameter users: keys of the users that it concerns, where those are the subject of none.
    /// - Returns: its row.
    @discardableResult
    func insertChore(_ chore: Chore, subject: Int64, users: [Int64]? = nil) throws -> Int64 {
        try connection[Self.insert].run(chore.rawValue, subject, users.map(KeyList.bytes))
        beganChore = true
        return try connection[Self.newest].first { $0.int(0) } ?? 0
    }

    func chore(_ id: Int64) throws -> ChoreRow? { try connection[Self.byID].first(id, read: Self.row) }

    /// The next slice of the next chore, in turn, so that a long one holds back no other; in a transaction of the
    /// caller's.
    ///
    /// - Returns: bytes told, about; `nil` when there is no chore.
    func sliceOfChore() throws -> Int? {
        let next = try connection[Self.following].first(lastChore, read: Self.row)
        guard let row = try next ?? connection[Self.following].first(Int64(0), read: Self.row) else { return nil }
        lastChore = row.id
        return try slice(of: row)
    }

    private static func row(_ row: PreparedStatement) -> ChoreRow {
        ChoreRow(id: row.int(0), kind: Chore(rawValue: row.int(1)), subject: row.int(2), done: row.int(3))
    }

    @discardableResult
    private func slice(of row: ChoreRow) throws -> Int {
        var slice = Slice()
        switch row.kind {
        case .purgeChat: try purge(row, &slice)
        case .eraseMessages: try eraseMessages(row, &slice)
        case .eraseFile: try eraseChunks()
        case .growChat: try grow(row, &slice)
        case .departUser: try depart(row, &slice)
        case .cleanIndex: return 0
        case nil: try end(row)
        }
        return slice.toldBytes
    }

    private func end(_ row: ChoreRow) throws { try connection[Self.finish].run(row.id) }

    private func advance(_ row: ChoreRow, to done: Int64) throws { try connection[Self.advance].run(done, row.id) }

    // MARK: A deleted chat

    private func purge(_ row: ChoreRow, _ slice: inout Slice) throws {
        let chat = row.subject
        let members = try connection[Self.membersOfChat].all(chat) { (key: $0.int(0), id: UserID($0.text(1))) }
        if !members.isEmpty || row.done == 0 {
            guard let id = try connection[Self.deletedChat].first(chat, read: { ChatID($0.text(0)) }) else {
                return try end(row)
            }
            try advance(row, to: try rules { try $0.dismiss(members, ofDeleted: id, key: chat) })
        }
        guard members.count < Slice.changes else { return }
        try overwritingFreedPages { try purgeMessages(row, &slice) }
    }

    private func purgeMessages(_ row: ChoreRow, _ slice: inout Slice) throws {
        let messages = try connection[Self.firstOfChat].all(row.subject) { ($0.int(0), $0.text(1), !$0.isNull(2)) }
        for (n, content, hasFiles) in messages {
            try unindex(n, content)
            if hasFiles { try eraseFiles(of: n) }
            try connection[Self.eraseReactions].run(n)
            try connection[Self.eraseMessage].run(n)
            slice.note()
            if slice.isSpent { return }
        }
        if messages.count < 200 { try end(row) }
    }

    // MARK: A deleted user

    private func eraseMessages(_ row: ChoreRow, _ slice: inout Slice) throws {
        var last = row.done
        var its: [Int64] = []
        try connection[Self.messagesAfter].scan(row.done) { message in
            last = message.int(0)
            if message.optionalInt(1) == row.subject, message.isNull(2) { its.append(last) }
            // A look at a row costs a hundredth of a tombstone.
            return its.count < Slice.changes
        }
        guard last != row.done else { return try end(row) }
        for n in its {
            if slice.isSpent {
                last = n - 1
                break
            }
            guard let message = try message(n), let chat = try chat(key: message.chatKey) else { continue }
            try rules { _ = try $0.erase(message, in: chat) }
            slice.note(telling: Self.eventBytes)
        }
        try advance(row, to: last)
    }

    private func depart(_ row: ChoreRow, _ slice: inout Slice) throws {
        let found = try connection[Self.userOfKey].first(row.subject) {
            UserRecord(key: $0.int(0), user: UserRow.user($0, from: 1))
        }
        guard let user = found else { return try end(row) }
        let chats = try connection[Self.chatsOfUser].all(user.key) { ChatID($0.text(0)) }
        for id in chats {
            guard let chat = try memory.chat(id), let member = try memory.member(user, of: chat) else { continue }
            try rules { try $0.depart(user, member, from: chat) }
            slice.note(telling: Self.eventBytes)
            // Where an owner goes an heir is looked for, among all.
            if DispatchTime.now().uptimeNanoseconds >= slice.end { return }
        }
        guard chats.count < 50 else { return }
        try connection[Self.eraseTokens].run(user.key)
        if try connection[Self.tokenLeft].first(user.key, read: { _ in true }) == nil { try end(row) }
    }

    // MARK: A large new chat

    /// The next members of a new chat come in, each told of it with the commit that lets them in.
    private func grow(_ row: ChoreRow, _ slice: inout Slice) throws {
        guard let chat = try chat(key: row.subject) else { return try end(row) }
        let keys = KeyList.keys(try connection[Self.newcomers].first(row.id) { $0.blob(0) } ?? [])
        let coming = keys.dropFirst(Int(row.done)).prefix(Slice.changes)
        try letIn(coming, chat)
        let done = Int(row.done) + coming.count
        if done < keys.count { return try advance(row, to: Int64(done)) }
        // Those who came first heard of a chat that was still small.
        changes.append(.chatUpdated(chat.chat))
        try end(row)
    }

    /// Lets users in who are there and not yet members, with one revision; `others` just came in.
    func letIn(
        _ keys: some Sequence<Int64>, _ chat: ChatRecord, as roles: [Int64: Member.Role] = [:],
        beside others: [UserID] = []
    ) throws {
        let n = nextRevision()
        var ids = others
        for key in keys {
            let found = try connection[Self.newcomer].first(key, chat.key) { UserID($0.text(0)) }
            guard let id = found else { continue }
            try insertMember(key, of: chat, role: roles[key] ?? .member, n: n)
            ids.append(id)
        }
        try rules { $0.counted(ids.count - others.count, in: chat, n: n) }
        changes.append(.chatCreated(chat.chat, members: ids))
    }
}
