import ByteText
import ChatCore

/// What an import remembers of the draft, so that a message in a known chat by a known user looks nothing up.
final class ImportMemory {
    private static let selectUser: StaticString = "SELECT key, deleted_ms FROM users WHERE id = ?"
    private static let selectChat: StaticString = """
        SELECT key, kind, pair, deleted_ms, member_count, last_seq, last_n, silent_seq, members_n, (
            SELECT created_ms FROM messages WHERE chat = chats.key AND created_ms <= ?3 ORDER BY seq DESC LIMIT 1)
        FROM chats WHERE id = ?1 AND key >= ?2
        """
    private static let updateChat: StaticString = """
        UPDATE chats SET member_count = ?1, last_seq = ?2, last_n = ?3, silent_seq = ?4, members_n = ?5, changed = ?6,
            history_n = ?7
        WHERE key = ?8
        """

    struct User {
        var key: Int64
        var isDeleted: Bool
    }

    private let connection: Connection
    private let firstChat: Int64
    private let now: Timestamp
    private var users = TwoGenerationCache<UserID, User>(limit: 50_000)
    private var chats = TwoGenerationCache<ChatID, ImportedChat>(limit: 50_000)
    private var dirty: [ImportedChat] = []

    init(_ connection: Connection, firstChat: Int64, now: Timestamp) {
        self.connection = connection
        self.firstChat = firstChat
        self.now = now
    }

    /// - Throws: `not_found`.
    func user(_ id: UserID) throws -> User {
        if let user = users[id] { return user }
        let found = try connection[Self.selectUser].first(id) { User(key: $0.int(0), isDeleted: !$0.isNull(1)) }
        guard let found else { throw Self.unknown("user", id) }
        users[id] = found
        return found
    }

    /// A chat that the archive made.
    ///
    /// - Throws: `not_found`; `invalid` for a deleted one, in which nothing is any more.
    func chat(_ id: ChatID) throws -> ImportedChat {
        let chat: ImportedChat
        if let known = chats[id] {
            chat = known
        } else {
            let found = try connection[Self.selectChat].first(id, firstChat, now) { row in
                ImportedChat(
                    key: row.int(0), kind: Chat.Kind(code: row.int(1)), pair: row.optionalText(2),
                    isDeleted: !row.isNull(3), memberCount: row.int(4), lastSeq: row.int(5), lastN: row.int(6),
                    silentSeq: row.int(7), membersN: row.int(8), lastTime: row.optionalTime(9))
            }
            guard let found else { throw Self.unknown("chat", id) }
            chats[id] = found
            chat = found
        }
        guard !chat.isDeleted else { throw ArchiveError(.invalid, "The chat \(id) is deleted.") }
        return chat
    }

    private static func unknown<Subject>(_ kind: String, _ id: Identifier<Subject>) -> ArchiveError {
        ArchiveError(.notFound, "No line before this one makes the \(kind) \(id.bytes.prefix(atMost: 128)).")
    }

    func touch(_ chat: ImportedChat) {
        guard !chat.isDirty else { return }
        chat.isDirty = true
        dirty.append(chat)
    }

    /// Writes what was changed, and forgets what was not used lately.
    ///
    /// - Parameters:
    ///   - changed: the revision that the changed chats get.
    ///   - history: no message of theirs and nothing that was done to one is newer.
    func flush(changed: Int64, history: Int64) throws {
        for chat in dirty {
            try connection[Self.updateChat].run(
                chat.memberCount, chat.lastSeq, chat.lastN, chat.silentSeq, chat.membersN, changed, history,
                chat.key)
            chat.isDirty = false
        }
        dirty.removeAll(keepingCapacity: true)
        users.age()
        chats.age()
    }
}

@available(*, unavailable)
extension ImportMemory: Sendable {}
