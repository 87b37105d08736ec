import ChatCore
import Foundation

/// The messages of an archive, put aside until all have come, in a file that has no name and goes with the process.
///
/// Messages lie there with the key by which others refer to them (see ``ArchiveSorting/namesBySeq``) and an index of
/// their times; reactions, files and bytes lie beside them. An index that grows with the rows is what sorts: nothing
/// is sorted in memory.
final class StagedMessages {
    /// No journal: nobody goes on with it.
    private static let tables = """
        PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768;
        CREATE TABLE messages (
            place INTEGER PRIMARY KEY, chat TEXT, key INTEGER, time INTEGER, line INTEGER, id TEXT, seq INTEGER,
            sender TEXT, kind INTEGER, created INTEGER, client TEXT, reply INTEGER, edited INTEGER, deleted INTEGER,
            content TEXT
        );
        CREATE INDEX by_time ON messages (time);
        CREATE UNIQUE INDEX by_key ON messages (chat, key);
        CREATE TABLE extras (
            place INTEGER PRIMARY KEY, chat TEXT, key INTEGER, line INTEGER, what INTEGER, id TEXT, text TEXT,
            size INTEGER, mime TEXT, created INTEGER, path TEXT, bytes BLOB
        );
        CREATE INDEX of_message ON extras (chat, key);
        CREATE TABLE numbers (chat TEXT, key INTEGER, seq INTEGER, PRIMARY KEY (chat, key)) WITHOUT ROWID;
        """
    private static let insertMessage: StaticString = """
        INSERT OR IGNORE INTO messages (chat, key, time, line, id, seq, sender, kind, created, client, reply, edited,
            deleted, content)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING place
        """
    private static let insertExtra: StaticString = """
        INSERT INTO extras (chat, key, line, what, id, text, size, mime, created, path, bytes)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    private static let inOrder: StaticString = """
        SELECT chat, key, line, id, seq, sender, kind, created, client, reply, edited, deleted, content
        FROM messages INDEXED BY by_time ORDER BY time, place
        """
    private static let beside: StaticString = """
        SELECT line, what, id, text, size, mime, created, path, bytes FROM extras WHERE chat = ? AND key = ?
        ORDER BY place
        """
    private static let without: StaticString = """
        SELECT e.line, e.chat, e.key, e.what, e.id, e.text
        FROM extras e LEFT JOIN messages m ON m.chat = e.chat AND m.key = e.key
        WHERE m.place IS NULL AND e.what < 2 ORDER BY e.place
        """
    private static let note: StaticString = "INSERT INTO numbers (chat, key, seq) VALUES (?, ?, ?)"
    private static let number: StaticString = "SELECT seq FROM numbers WHERE chat = ? AND key = ?"

    /// One message as it was put aside, under its key.
    struct Message {
        var line: Int64
        var key: Int64
        /// Its `replyTo` is a key.
        var record: ArchiveMessage
    }

    /// What hangs on a message.
    enum Extra {
        case reaction(ArchiveReaction)
        case file(ArchiveFile)
        case data([UInt8])

        /// `nil` for bytes, which go with their file.
        var record: ArchiveRecord? {
            switch self {
            case .reaction(let reaction): .reaction(reaction)
            case .file(let file): .file(file)
            case .data: nil
            }
        }
    }

    private let connection: Connection
    private let namesBySeq: Bool
    /// The last key of each chat, and the time behind which a message stands whose place is known.
    private var last: [ChatID: (key: Int64, time: Int64)] = [:]
    private var lastFile: (chat: ChatID, key: Int64)?
    private(set) var count: Int64 = 0

    /// - Parameter path: where the file is made; it has no name when this returns.
    init(_ path: String, namesBySeq: Bool) throws {
        self.namesBySeq = namesBySeq
        try FileCall.remove(FileCall.family(of: path))
        connection = try Connection(path: path, readonly: false, exclusive: true)
        try connection.execute(Self.tables)
        FileCall.clearAway(FileCall.family(of: path))
        try connection.execute("BEGIN")
    }

    /// - Throws: ``ArchiveError`` `conflict` for a key that comes twice in its chat.
    func take(_ record: ArchiveRecord, line: Int64) throws {
        switch record {
        case .message(let message): try take(message, line)
        case .reaction(let reaction):
            try connection[Self.insertExtra].run(
                reaction.chatID, reaction.seq, line, 0, reaction.userID.rawValue, reaction.emoji, Int64?.none,
                String?.none, Int64?.none, String?.none, [UInt8]?.none)
        case .file(let file):
            lastFile = (file.chatID, file.seq)
            try connection[Self.insertExtra].run(
                file.chatID, file.seq, line, 1, file.id?.rawValue, file.name, file.size, file.mimeType,
                file.createdAt?.milliseconds, file.path, [UInt8]?.none)
        case .data(let bytes):
            guard let lastFile else { throw ArchiveError(.order, "These bytes are of no file.") }
            try connection[Self.insertExtra].run(
                lastFile.chat, lastFile.key, line, 2, String?.none, String?.none, Int64?.none, String?.none,
                Int64?.none, String?.none, bytes)
        case .header, .user, .token, .chat, .member, .end: preconditionFailure("only messages are put aside")
        }
    }

    private func take(_ message: ArchiveMessage, _ line: Int64) throws {
        let before = last[message.chatID] ?? (key: 0, time: .min)
        let isPlaced = message.id != nil || (message.seq != nil && !namesBySeq)
        let key = message.seq ?? before.key + 1
        let time = isPlaced ? before.time : message.createdAt.milliseconds
        let place = try connection[Self.insertMessage].first(
            message.chatID, key, time, line, message.id?.rawValue, namesBySeq ? nil : message.seq,
            message.senderID?.rawValue, message.kind.code, message.createdAt, message.clientID, message.replyTo,
            message.editedAt, message.deletedAt, message.content
        ) { $0.int(0) }
        guard place != nil else { throw ArchiveError(.conflict, "The message comes twice.") }
        // Names are no order: nothing is remembered of a chat then.
        if !namesBySeq { last[message.chatID] = (key, max(before.time, time)) }
        count += 1
    }

    /// All messages, the oldest first.
    func scan(_ body: (Message) throws -> Void) throws {
        try connection[Self.inOrder].scan { row in
            let record = ArchiveMessage(
                chatID: ChatID(row.text(0)), id: row.optionalText(3).map { MessageID($0) }, seq: row.optionalInt(4),
                senderID: row.optionalText(5).map { UserID($0) }, content: row.text(12),
                kind: ChatCore.Message.Kind(code: row.int(6)), createdAt: row.time(7), clientID: row.optionalText(8),
                replyTo: row.optionalInt(9), editedAt: row.optionalTime(10), deletedAt: row.optionalTime(11))
            try body(Message(line: row.int(2), key: row.int(1), record: record))
            return true
        }
    }

    /// What hangs on a message that stands at `seq` now.
    func scanExtras(of message: Message, at seq: Int64, _ body: (Int64, Extra) throws -> Void) throws {
        let chat = message.record.chatID
        try connection[Self.beside].scan(chat, message.key) { row in
            let extra: Extra =
                switch row.int(1) {
                case 0:
                    .reaction(
                        ArchiveReaction(chatID: chat, seq: seq, userID: UserID(row.text(2)), emoji: row.text(3)))
                case 1:
                    .file(
                        ArchiveFile(
                            chatID: chat, seq: seq, id: row.optionalText(2).map { FileID($0) }, name: row.text(3),
                            size: row.int(4), mimeType: row.optionalText(5), createdAt: row.optionalTime(6),
                            path: row.optionalText(7)))
                default: .data(row.blob(8))
                }
            try body(row.int(0), extra)
            return true
        }
    }

    /// Reactions and files whose message never came.
    func scanOrphans(_ body: (Int64, ArchiveError, ArchiveRecord) throws -> Void) throws {
        try connection[Self.without].scan { row in
            let (chat, key) = (ChatID(row.text(1)), row.int(2))
            let record: ArchiveRecord =
                row.int(3) == 0
                ? .reaction(
                    ArchiveReaction(chatID: chat, seq: key, userID: UserID(row.text(4)), emoji: row.text(5)))
                : .file(ArchiveFile(chatID: chat, seq: key, id: nil, name: row.text(5), size: 0))
            try body(row.int(0), ArchiveError(.notFound, "There is no message \(key) in \(chat)."), record)
            return true
        }
    }

    /// The message has this `seq` from now on.
    func note(_ message: Message, seq: Int64) throws {
        try connection[Self.note].run(message.record.chatID, message.key, seq)
    }

    /// The `seq` of a message that was taken.
    func number(_ chat: ChatID, _ key: Int64) throws -> Int64? {
        try connection[Self.number].first(chat, key) { $0.int(0) }
    }

    func close() throws { try connection.close() }
}

@available(*, unavailable)
extension StagedMessages: Sendable {}
