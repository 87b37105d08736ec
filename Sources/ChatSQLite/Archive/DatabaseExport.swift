import ChatCore
import Foundation

/// Gives everything of a database but the keys, as the records of an archive, from one snapshot.
///
/// 1. A database that nobody serves is read as it lies there.
/// 2. Of a running appliance a copy is made first, page by page in one snapshot, beside the database and nameless once
///    it is open: while it is made, checkpoints wait, as they do for any other copy; turning it into text, which takes
///    much longer, holds up nobody.
/// 3. What a deleted chat or user still has to lose (``BatchWriter/Chore``) is left out as if it were gone.
public struct DatabaseExport {
    private static let users: StaticString = """
        SELECT id, username, display_name, avatar_url, created_ms, last_seen_ms, blocked, tokens_after_ms, deleted_ms
        FROM users ORDER BY key
        """
    private static let tokens: StaticString = """
        SELECT t.id, u.id, t.label, t.created_ms, t.expires_ms, t.revoked_ms
        FROM tokens t JOIN users u ON u.key = t.user ORDER BY t.key
        """
    private static let chats: StaticString = """
        SELECT id, name, kind, created_ms, deleted_ms, pair FROM chats ORDER BY key
        """
    private static let userID: StaticString = "SELECT id FROM users WHERE key = ?"
    private static let messages: StaticString = """
        SELECT m.n, c.id, m.seq, m.kind, m.created_ms, m.client_id, m.content, r.seq, m.reacted_n, m.edited_ms,
            m.deleted_ms, u.id, u.deleted_ms, e.id, m.files
        FROM messages m CROSS JOIN chats c ON c.key = m.chat LEFT JOIN users u ON u.key = m.sender
            LEFT JOIN messages r ON r.n = m.reply_n LEFT JOIN chores e ON e.kind = 1 AND e.subject = m.sender
        WHERE c.deleted_ms IS NULL ORDER BY m.n
        """
    private static let reactions: StaticString = """
        SELECT u.id, r.emoji FROM reactions r JOIN users u ON u.key = r.user
        WHERE r.message = ? AND r.removed = 0 ORDER BY r.n
        """
    private static let filesOfMessage: StaticString = """
        SELECT key, id, name, size, mime, created_ms FROM files WHERE message = ? ORDER BY place
        """
    private static let chunks: StaticString = """
        SELECT bytes FROM file_chunks WHERE at >= ?1 << 24 AND at < (?1 + 1) << 24 ORDER BY at
        """
    private static let members: StaticString = """
        SELECT c.id, u.id, m.role, m.joined_ms, m.joined_seq, m.delivered_seq, m.delivered_ms, m.read_seq, m.read_ms
        FROM chats c CROSS JOIN members m ON m.chat = c.key CROSS JOIN users u ON u.key = m.user
        WHERE c.deleted_ms IS NULL AND u.deleted_ms IS NULL ORDER BY c.key, m.joined_n, m.user
        """
    private static let total: StaticString = "SELECT ifnull(sum(last_seq), 0) FROM chats WHERE deleted_ms IS NULL"

    private let path: String
    private let connection: Connection

    /// - Parameters:
    ///   - path: a `parley.db`, or a backup of one.
    ///   - copy: where the copy of a running appliance's database goes (``TemporaryCopy``): the caller sees to it that
    ///     nothing of it is left however the process ends.
    /// - Throws: ``StoreOpenError``.
    public init(_ path: String, copyingTo copy: String) throws {
        self.path = path
        do {
            connection = DirectoryLock.isServed(path) ? try Self.open(path, by: copy) : try Spectator(path).connection
            try Self.checkVersion(connection, path)
        } catch {
            throw DatabasePreparation.refusal(error, path)
        }
    }

    private static func open(_ path: String, by copy: String) throws -> Connection {
        defer { FileCall.clearAway(TemporaryCopy.files(of: copy)) }
        let spectator = try Spectator(path)
        try DatabaseBackup.copy(spectator.connection, to: copy, withoutSettings: []) { _, _ in }
        try spectator.connection.close()
        let connection = try Spectator(copy).connection
        // Opened by its first page: after that the name is not needed any more.
        _ = try connection.prepare("SELECT revision FROM state").first { $0.int(0) }
        return connection
    }

    private static func checkVersion(_ connection: Connection, _ path: String) throws {
        let version = try connection.prepare("PRAGMA user_version").first { Int($0.int(0)) } ?? 0
        guard version == DatabaseSchema.version else {
            throw StoreOpenError.inaccessible(
                place: path,
                reason: "it has version \(version); start this parley on it once, which brings it up to date")
        }
    }

    /// Gives all records in the order of an archive, then closes. Once.
    ///
    /// - Parameters:
    ///   - withFiles: `false` leaves files out, and messages without them.
    ///   - progress: told which share of the messages was given, 0 to 1.
    ///   - give: takes one record; what it throws ends the export.
    /// - Returns: how many of each there were.
    /// - Throws: ``StoreOpenError`` for a file that turns out to be damaged; what `give` throws.
    @discardableResult
    public func run(
        withFiles: Bool = true, progress: (Double) -> Void = { _ in }, _ give: (ArchiveRecord) throws -> Void
    ) throws -> ArchiveCounts {
        do {
            return try scan(withFiles: withFiles, progress: progress, give)
        } catch let error as DatabaseError {
            throw DatabasePreparation.refusal(error, path)
        }
    }

    private func scan(
        withFiles: Bool, progress: (Double) -> Void, _ give: (ArchiveRecord) throws -> Void
    ) throws -> ArchiveCounts {
        var counts = ArchiveCounts()
        func pass(_ record: ArchiveRecord) throws {
            counts.count(record)
            try give(record)
        }
        try connection.execute("BEGIN")
        try pass(.header(ArchiveHeader()))
        try connection[Self.users].scan { try pass(.user(Self.user($0))); return true }
        try connection[Self.tokens].scan { try pass(.token(UserRow.token($0))); return true }
        try connection[Self.chats].scan { try pass(.chat(try chat($0))); return true }
        let total = try connection[Self.total].first { max(1, $0.int(0)) } ?? 1
        try connection[Self.messages].scan { row in
            let message = Self.message(row)
            try pass(.message(message))
            if message.deletedAt == nil {
                if !row.isNull(8) { try reactions(of: row.int(0), message, pass) }
                if !row.isNull(14), withFiles { try files(of: row.int(0), message, pass) }
            }
            if counts.messages.isMultiple(of: 1000) { progress(Double(counts.messages) / Double(total)) }
            return true
        }
        try connection[Self.members].scan { try pass(.member(Self.member($0))); return true }
        try pass(.end(counts))
        try connection.execute("COMMIT")
        try connection.close()
        return counts
    }

    private static func user(_ row: PreparedStatement) -> ArchiveUser {
        ArchiveUser(user: UserRow.user(row), tokensRevokedAt: row.optionalTime(7), deletedAt: row.optionalTime(8))
    }

    private func chat(_ row: PreparedStatement) throws -> ArchiveChat {
        let keys = row.optionalText(5).map { $0.split(separator: ":").compactMap { Int64($0) } } ?? []
        let pair = try keys.compactMap { key in try connection[Self.userID].first(key) { UserID($0.text(0)) } }
        return ArchiveChat(
            id: ChatID(row.text(0)), name: row.optionalText(1), kind: Chat.Kind(code: row.int(2)),
            createdAt: row.time(3), pair: pair, deletedAt: row.optionalTime(4))
    }

    private static func message(_ row: PreparedStatement) -> ArchiveMessage {
        var message = ArchiveMessage(
            chatID: ChatID(row.text(1)), id: MessageID(revision: Revision(row.int(0))), seq: row.int(2),
            senderID: row.optionalText(11).map { UserID($0) }, content: row.text(6),
            kind: Message.Kind(code: row.int(3)), createdAt: row.time(4), clientID: ClientIDColumn.read(row, 5),
            replyTo: row.optionalInt(7), editedAt: row.optionalTime(9), deletedAt: row.optionalTime(10))
        if message.deletedAt == nil, !row.isNull(13) {
            message.content = ""
            message.deletedAt = row.optionalTime(12)
        }
        return message
    }

    private func reactions(
        of n: Int64, _ message: ArchiveMessage, _ pass: (ArchiveRecord) throws -> Void
    ) throws {
        guard let seq = message.seq else { return }
        try connection[Self.reactions].scan(n) { row in
            let reaction = ArchiveReaction(
                chatID: message.chatID, seq: seq, userID: UserID(row.text(0)), emoji: row.text(1))
            try pass(.reaction(reaction))
            return true
        }
    }

    private func files(of n: Int64, _ message: ArchiveMessage, _ pass: (ArchiveRecord) throws -> Void) throws {
        guard let seq = message.seq else { return }
        try connection[Self.filesOfMessage].scan(n) { row in
            let file = ArchiveFile(
                chatID: message.chatID, seq: seq, id: FileID(row.text(1)), name: row.text(2), size: row.int(3),
                mimeType: row.text(4), createdAt: row.time(5))
            try pass(.file(file))
            try connection[Self.chunks].scan(row.int(0)) { try pass(.data($0.blob(0))); return true }
            return true
        }
    }

    private static func member(_ row: PreparedStatement) -> ArchiveMember {
        ArchiveMember(
            chatID: ChatID(row.text(0)), userID: UserID(row.text(1)), role: Member.Role(code: row.int(2)),
            joinedAt: row.time(3), joinedSeq: row.int(4), deliveredSeq: row.int(5), deliveredAt: row.optionalTime(6),
            readSeq: row.int(7), readAt: row.optionalTime(8))
    }
}

@available(*, unavailable)
extension DatabaseExport: Sendable {}
