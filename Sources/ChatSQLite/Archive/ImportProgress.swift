import ChatCore

/// What an import notes with each commit, in the draft itself.
struct ImportProgress {
    private static let update: StaticString = """
        UPDATE import_state SET line = ?, digest = ?, section = ?, users = ?, tokens = ?, chats = ?, messages = ?,
            reactions = ?, files = ?, members = ?, ended = ?, issued = ?, newest = ?
        WHERE id = 1
        """
    private static let tables = """
        CREATE TABLE import_state (
            id INTEGER PRIMARY KEY, base_revision INTEGER, base_epoch INTEGER,
            first_chat INTEGER,  -- chats from this key on are the import's
            line INTEGER, digest INTEGER, section INTEGER, users INTEGER, tokens INTEGER, chats INTEGER,
            messages INTEGER, reactions INTEGER, files INTEGER, members INTEGER, ended INTEGER,
            issued INTEGER,      -- the newest revision given to what is no message
            newest INTEGER       -- the newest message
        );
        -- The last message of each sender in each chat: nobody's watermark is below a message of their own.
        CREATE TABLE import_senders (chat INTEGER, user INTEGER, seq INTEGER, PRIMARY KEY (chat, user)) WITHOUT ROWID;
        """

    let firstChat: Int64
    var mark: ArchiveMark
    var section: Int
    var counts: ArchiveCounts
    var ended: Bool
    var issued: Int64
    var newest: Int64

    static func create(_ connection: Connection, _ base: ImportBase) throws {
        try connection.execute(tables)
        let mark = ArchiveMark()
        try connection.prepare(
            """
            INSERT INTO import_state SELECT 1, ?, ?, (SELECT ifnull(max(key), 0) + 1 FROM chats), ?, ?, -1,
                0, 0, 0, 0, 0, 0, 0, 0, revision, revision FROM state
            """
        ).run(base.revision, base.epoch, mark.line, Int64(bitPattern: mark.digest))
    }

    /// Nobody goes on with this one.
    static func forget(_ connection: Connection) throws {
        try connection.execute("UPDATE import_state SET base_revision = -1, base_epoch = -1")
    }

    /// On which database the draft of `connection` was begun; an error of the database where that is not noted.
    static func base(_ connection: Connection) throws -> ImportBase? {
        try connection.prepare("SELECT base_revision, base_epoch FROM import_state").first {
            ImportBase(revision: $0.int(0), epoch: $0.int(1))
        }
    }

    init(_ connection: Connection) throws {
        let row = try connection.prepare(
            """
            SELECT first_chat, line, digest, section, users, tokens, chats, messages, reactions, files, members, ended,
                issued, newest
            FROM import_state
            """
        ).first { row in
            var counts = ArchiveCounts()
            counts.users = row.int(4)
            counts.tokens = row.int(5)
            counts.chats = row.int(6)
            counts.messages = row.int(7)
            counts.reactions = row.int(8)
            counts.files = row.int(9)
            counts.members = row.int(10)
            return ImportProgress(
                firstChat: row.int(0), mark: ArchiveMark(line: row.int(1), digest: UInt64(bitPattern: row.int(2))),
                section: Int(row.int(3)), counts: counts, ended: row.bool(11), issued: row.int(12),
                newest: row.int(13))
        }
        guard let row else { throw StoreOpenError.damaged(place: "parley.db.import", reason: "it has no mark") }
        self = row
    }

    private init(
        firstChat: Int64, mark: ArchiveMark, section: Int, counts: ArchiveCounts, ended: Bool, issued: Int64,
        newest: Int64
    ) {
        self.firstChat = firstChat
        self.mark = mark
        self.section = section
        self.counts = counts
        self.ended = ended
        self.issued = issued
        self.newest = newest
    }

    func write(_ connection: Connection) throws {
        try connection[Self.update].run(
            mark.line, Int64(bitPattern: mark.digest), section, counts.users, counts.tokens, counts.chats,
            counts.messages, counts.reactions, counts.files, counts.members, ended, issued, newest)
    }
}
