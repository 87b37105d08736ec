import ChatCore
import Foundation

/// Takes the records of an archive into the database of a stopped appliance.
///
/// 1. Everything goes into a draft beside the database, `parley.db.import`: a new database, or a copy of the one that
///    is there. Nobody sees it before the end; whatever is refused on the way leaves the database as it was.
/// 2. Records are committed by the thousand, together with the mark of how far the archive was taken. After a kill the
///    next import of the same archive goes on from the mark.
/// 3. ``finish()`` verifies the draft and puts it in the database's place by one rename; the one that was there is kept
///    aside.
///
/// What an archive makes must not be there already, with one exception: a user of the same id and username is the same
/// user, and stays as it is. So an archive adds whole chats to an appliance, and never alters one.
public final class DatabaseImport {
    /// Records of one transaction, one for each 16 KiB of a file; a file whose bytes come is not cut in two.
    private static let batch = 5000

    private let directory: DataDirectory
    private let lock: DirectoryLock
    private let connection: Connection
    let writer: ImportWriter
    let sorting: ArchiveSorting?
    /// Where messages wait until the last of them has come; `nil`: they are taken as they come.
    var staged: StagedMessages?
    private var uncommitted = 0
    private var isInSavepoint = false
    /// Whether there is something to go on with.
    private var hasCommitted: Bool

    /// Where an import that was killed got to: the archive has to be given again, and its lines up to there are only
    /// compared, not taken. Line 0 in a new one.
    public var mark: ArchiveMark { writer.progress.mark }

    public var counts: ArchiveCounts { writer.progress.counts }

    /// Begins an import, or goes on with the one that was begun.
    ///
    /// - Parameters:
    ///   - path: the directory of a stopped appliance; made if it is not there.
    ///   - anew: whether one that was begun is forgotten.
    ///   - sorting: how messages are taken that do not come oldest first; `nil`: they are refused.
    /// - Throws: ``StoreOpenError``.
    public init(
        into path: String, anew: Bool = false, sorting: ArchiveSorting? = nil, now: Timestamp = .now()
    ) throws {
        let anew = anew || sorting != nil
        self.sorting = sorting
        directory = try DataDirectory(making: path)
        lock = try DirectoryLock(directory)
        let draft = Self.draft(of: directory)
        let wasBegun = !anew && DataDirectory.exists(draft)
        do {
            let base = try ImportBase(directory)
            if anew { try FileCall.remove(Self.files(of: draft)) }
            if let begun = try Self.openBegun(draft, base) {
                connection = begun
                hasCommitted = true
            } else {
                hasCommitted = false
                try FileCall.remove(Self.files(of: draft))
                connection = try Self.begin(draft, base, directory)
            }
            if let sorting {
                staged = try StagedMessages(draft + Self.stage, namesBySeq: sorting.namesBySeq)
                try ImportProgress.forget(connection)
            }
            writer = try ImportWriter(connection, now: now)
        } catch {
            // What an earlier one left may be worth going on with, once there is room.
            if !wasBegun { FileCall.clearAway(Self.files(of: draft)) }
            throw DatabasePreparation.refusal(error, draft)
        }
    }

    var place: String { Self.draft(of: directory) }

    private static func draft(of directory: DataDirectory) -> String { directory.database + ".import" }

    private static let stage = ".sort"

    private static func files(of draft: String) -> [String] {
        FileCall.family(of: draft) + FileCall.family(of: draft + stage) + [draft + ".partial"]
    }

    /// The draft of an import that was begun on the same database, if there is one.
    private static func openBegun(_ draft: String, _ base: ImportBase) throws -> Connection? {
        guard DataDirectory.exists(draft) else { return nil }
        let connection = try Connection(path: draft, readonly: false)
        do {
            guard try ImportProgress.base(connection) == base else {
                try connection.close()
                return nil
            }
            try setUp(connection)
            return connection
        } catch let error as DatabaseError where [.SQLITE_ERROR, .SQLITE_NOTADB].contains(error.resultCode) {
            // Killed before there was anything worth going on with.
            try connection.close()
            return nil
        }
    }

    private static func begin(_ draft: String, _ base: ImportBase, _ directory: DataDirectory) throws -> Connection {
        if base.isThere {
            let spectator = try Spectator(directory.database, beside: .nobody)
            try DatabaseBackup.copy(spectator.connection, to: draft, withoutSettings: []) { _, _ in }
            try spectator.connection.close()
        } else {
            try DatabaseMaker.make(directory, as: draft)
        }
        let connection = try Connection(path: draft, readonly: false)
        try Migration.apply(to: connection)
        try setUp(connection)
        try connection.execute("BEGIN IMMEDIATE")
        try SearchIndexer.advanceToEnd(connection)
        try ImportProgress.create(connection, base)
        try connection.execute("COMMIT")
        return connection
    }

    private static func setUp(_ connection: Connection) throws {
        // A kill must not tear the draft; power loss neither, so no OFF. It is synchronized once, at the end.
        try connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY")
        // Each checkpoint waits for the disk twice; by the default there would be one for every four megabytes.
        try connection.execute("PRAGMA wal_autocheckpoint = 16384")
        // Every reference is looked up before its row is written, and the whole is checked at the end.
        try connection.execute("PRAGMA foreign_keys = OFF; PRAGMA secure_delete = OFF; PRAGMA cache_size = -65536")
    }

    /// Takes the next record.
    ///
    /// - Parameter mark: the archive up to and with this record's line; the same for all records of one line.
    /// - Throws: ``ArchiveError``, after which the import is to be ended by ``discard()``, or goes on without the
    ///   record, of which nothing was taken; ``StoreOpenError`` when nothing can be written, after which it may be gone
    ///   on with another time; what ``sorting`` throws.
    public func take(_ record: ArchiveRecord, _ mark: ArchiveMark) throws {
        do {
            guard try !putAside(record, mark) else { return }
            try writer.enter(record, inAnyOrder: sorting?.namesBySeq ?? false)
            try apply(record, mark)
        } catch let error as DatabaseError {
            throw DatabasePreparation.refusal(error, Self.draft(of: directory))
        }
    }

    /// Writes a record that may stand here.
    func apply(_ record: ArchiveRecord, _ mark: ArchiveMark? = nil) throws {
        if uncommitted == 0 { try connection.execute("BEGIN IMMEDIATE") }
        // Open: what is refused later is of this transaction too.
        uncommitted += 1
        try writer.apply(record)
        if let mark { writer.progress.mark = mark }
        if case .data(let bytes) = record { uncommitted += bytes.count >> 14 }
        if uncommitted >= Self.batch, !writer.awaitsData, !isInSavepoint { try commit() }
    }

    /// Runs `body`; of what it took nothing stays when it throws.
    func inSavepoint(_ body: () throws -> Void) throws {
        if uncommitted == 0 {
            try connection.execute("BEGIN IMMEDIATE")
            uncommitted = 1
        }
        try connection.execute("SAVEPOINT whole")
        isInSavepoint = true
        defer { isInSavepoint = false }
        let counts = writer.progress.counts
        do {
            try body()
            try connection.execute("RELEASE whole")
        } catch {
            try connection.execute("ROLLBACK TO whole; RELEASE whole")
            writer.progress.counts = counts
            writer.incoming = nil
            throw error
        }
    }

    public func standing(of user: ArchiveUser) throws -> ArchiveStanding {
        try reading { try writer.standing(of: user) }
    }

    public func standing(of chat: ArchiveChat) throws -> ArchiveStanding {
        try reading { try writer.standing(of: chat) }
    }

    private func reading<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw DatabasePreparation.refusal(error, Self.draft(of: directory))
        }
    }

    private func commit() throws {
        try writer.flush()
        try connection.execute("COMMIT")
        uncommitted = 0
        hasCommitted = true
    }

    /// Puts what was taken in the database's place.
    ///
    /// - Returns: where the database that was there is kept; `nil` where there was none.
    /// - Throws: ``ArchiveError`` for an archive without its end; ``StoreOpenError``.
    public func finish() throws -> String? {
        do {
            try writer.checkEnded()
            if uncommitted == 0 { try connection.execute("BEGIN IMMEDIATE") }
            try FormerSpellings.settleNames(connection)
            try commit()
            let findings = try DatabaseCheck.rules(connection)
            guard findings.isEmpty else {
                throw ArchiveError(.incomplete, "The archive does not hold together: \(findings[0]).")
            }
            // As a backup's: no log beside it continues it.
            try connection.execute(
                """
                BEGIN IMMEDIATE; DROP TABLE import_state; DROP TABLE import_senders;
                UPDATE state SET wal_salt = 0, wal_frames = 0; COMMIT;
                PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE
                """)
            try connection.close()
            let draft = Self.draft(of: directory)
            return try DatabaseBackup.putInPlace(draft, directory, keeping: "before-import", now: .now())
        } catch let error as ArchiveError {
            throw error
        } catch {
            throw DatabasePreparation.refusal(error, Self.draft(of: directory))
        }
    }

    /// Leaves an import that could not be finished as it was found: what an earlier one had taken is gone on with at
    /// another time, what was taken now alone is not worth a file.
    public func leave() {
        // Nobody goes on with what was sorted.
        guard sorting != nil || !hasCommitted else { return }
        discard()
    }

    /// Ends the import and leaves nothing of it.
    public func discard() {
        // The file goes, whatever SQLite says of closing it.
        try? connection.close()
        FileCall.clearAway(Self.files(of: Self.draft(of: directory)))
    }
}

@available(*, unavailable)
extension DatabaseImport: Sendable {}
