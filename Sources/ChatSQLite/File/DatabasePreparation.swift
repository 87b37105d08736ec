import ChatCore
import Foundation
import Logging

/// From a directory to an open, checked, migrated database with a new epoch; runs on the writer's thread.
///
/// 0. Copies that a killed process left beside it are removed.
/// 1. No file: a new one is made beside its place and renamed, so that there is never half of one; but not beside a log
///    that says that there was one.
/// 2. The main file is looked at alone, without its log: what is no database, not ours or newer is refused, untouched.
/// 3. A log that does not continue the main file is moved aside.
/// 4. `parley.lock` says that a log is about to be begun, unless half of one was carried already.
/// 5. SQLite opens it and replays the log; an older file is copied to `parley.db.v<n>.bak` and migrated in one
///    transaction.
///    What a start that fails has changed by then (``UntouchedFile``) is put back.
/// 6. The epoch is noted; uploads that the last run did not finish are removed; `parley.lock` says which log was
///    begun.
struct DatabasePreparation {
    private static let state: StaticString = """
        SELECT revision, indexed_n, unindexed_n FROM state WHERE id = 1
        """
    private static let endEpochs: StaticString = "UPDATE epochs SET last_revision = ? WHERE last_revision IS NULL"
    private static let newEpoch: StaticString =
        "INSERT INTO epochs (epoch, first_revision, started_ms) VALUES (?, ?, ?)"
    private static let setRevision: StaticString = "UPDATE state SET revision = ? WHERE id = 1"
    private static let online: StaticString = "SELECT id FROM users WHERE online = 1"
    private static let pruneEpochs: StaticString = """
        DELETE FROM epochs WHERE epoch NOT IN (SELECT epoch FROM epochs ORDER BY first_revision DESC LIMIT 1000)
        """

    // Whoever was uploading is gone with the last run.
    private static let eraseUploads: StaticString =
        "INSERT INTO chores (kind, subject) SELECT 2, key FROM files WHERE message IS NULL AND done_ms IS NULL"
    private static let removeUploads: StaticString = "DELETE FROM files WHERE message IS NULL AND done_ms IS NULL"

    let facts: StoreFacts
    private let connection: Connection
    private let file: DatabaseFile
    private let revision: Int64
    private let indexed: Int64
    private let unindexed: Int64

    init(_ file: DatabaseFile, _ options: SQLiteStoreOptions) throws {
        self.file = file
        let directory = file.directory
        TemporaryCopy.removeAbandoned(in: directory.path, asServer: true)
        if !DataDirectory.exists(directory.database) {
            // There was one: to begin anew beside its log would be the end of what is only in there.
            guard DataDirectory.size(directory.log) == 0 else {
                throw StoreOpenError.inaccessible(
                    place: directory.database,
                    reason: "it is missing, its log is not: put it back, or move parley.db-wal away to begin anew")
            }
            try StaleLog.moveAside(directory, options.clock())
            try DatabaseMaker.make(directory)
        }
        let chain = options.migrations
        let main = try MainFile(
            path: directory.database, log: WriteAheadLog(path: directory.log), newest: chain.version)
        let note = file.lock.read()
        try StaleLog.check(directory, main, note: note, options.clock())
        if let carried = main.carried {
            try file.lock.write(DirectoryLock.Note(main: carried.salts, log: nil), in: directory)
        }
        if chmod(directory.database, 0o600) != 0 {
            Log.store.warning(
                "The database's mode cannot be set: others may be able to read it",
                metadata: ["parley.file": "\(directory.database)", "parley.reason": "\(DataDirectory.reason(errno))"])
        }
        let untouched = UntouchedFile(directory)
        if !file.share() { Log.store.warning("The file cannot be shared between connections; there are no leases") }
        connection = try Connection(path: directory.database, readonly: false)
        do {
            try Pragmas.setUpWriter(connection, durability: options.durability)
            if main.carried == nil { try Self.verify(connection, directory) }
            try Migration.run(connection, directory, to: chain.version, by: chain.steps)
            let now = options.clock()
            try IndexVersion.keep(connection)
            let row = try connection[Self.state].first { ($0.int(0), $0.int(1), $0.int(2)) }
            guard let (last, indexed, unindexed) = row else {
                throw StoreOpenError.damaged(place: directory.database, reason: "the row of `state` is missing")
            }
            (self.indexed, self.unindexed) = (indexed, unindexed)
            let epoch = UInt64.random(in: 1...UInt64(Int64.max))
            revision = max(last + 1, (now.milliseconds / 1000) << 20)
            try connection.execute("BEGIN IMMEDIATE")
            try connection[Self.endEpochs].run(last)
            try connection[Self.newEpoch].run(Int64(bitPattern: epoch), revision, now)
            try connection[Self.pruneEpochs].run()
            try connection[Self.setRevision].run(revision)
            try connection[Self.eraseUploads].run()
            try connection[Self.removeUploads].run()
            try connection.execute("COMMIT")
            // The main file as it lies there; what its log says of it is not in it yet.
            if let log = WriteAheadLog(path: directory.log), let salts = main.carried?.salts ?? note?.main {
                try file.lock.write(DirectoryLock.Note(main: salts, log: log.salts), in: directory)
            }
            file.lock.announceServer()
            let online = try connection[Self.online].all { UserID($0.text(0)) }
            facts = StoreFacts(
                path: directory.database, epoch: epoch, onlineAtLastEnd: online, clock: options.clock)
        } catch {
            try MainFile.closeUntouched(connection)
            try untouched.putBack()
            file.release()
            throw error
        }
    }

    /// A file that was readable only with its log: looked through before anything is built on it.
    private static func verify(_ connection: Connection, _ directory: DataDirectory) throws {
        do {
            let finding = try connection.prepare("PRAGMA quick_check(1)").first { $0.text(0) }
            guard finding == "ok" else {
                throw StoreOpenError.damaged(
                    place: directory.database, reason: finding ?? "it cannot be looked through")
            }
        } catch {
            throw refusal(error, directory.database)
        }
        Log.store.notice("The last run ended inside a checkpoint; the log completes the file")
    }

    /// What the writer's thread is to work with.
    func work(
        mailbox: Mailbox, gate: ReaderGate, policy: ChatPolicy, options: SQLiteStoreOptions
    ) -> WriterWork {
        let batches = BatchWriter(
            connection: connection, policy: policy, revision: revision, indexed: indexed, unindexed: unindexed,
            clock: options.clock)
        let troubleLog = TroubleLog()
        let reserve = DiskReserve(file, connection)
        let checkpointer = Checkpointer(
            connection: connection, file: file, gate: gate, reserve: reserve, walLimit: options.walLimit,
            part: options.logPart, troubleLog: troubleLog)
        let upkeep = Upkeep(
            batches: batches, policy: policy, checkpointer: checkpointer, reserve: reserve, file: file,
            troubleLog: troubleLog)
        return WriterWork(
            mailbox: mailbox, batchLimit: options.batchLimit, batches: batches, upkeep: upkeep,
            whenLost: { [file] in options.whenLost(file.loss) })
    }

    /// An error of the database while it is opened, as the reason of the refusal.
    static func refusal(_ error: any Error, _ path: String) -> StoreOpenError {
        if let error = error as? StoreOpenError { return error }
        guard let error = error as? DatabaseError else { return .inaccessible(place: path, reason: "\(error)") }
        switch error.resultCode {
        case _ where StorageFailure.isFull(error):
            return .inaccessible(place: path, reason: "the disk is full")
        case .SQLITE_NOTADB:
            return .foreign(place: path, reason: "it is no SQLite database")
        case .SQLITE_CORRUPT:
            return .damaged(place: path, reason: StorageFailure.sentence(error))
        case .SQLITE_ERROR, .SQLITE_SCHEMA:
            // What every database of Parley's has is not there.
            return .damaged(place: path, reason: StorageFailure.sentence(error))
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return .held(place: path)
        case .SQLITE_CANTOPEN:
            return .inaccessible(place: path, reason: FileCall.obstacle(path) ?? "it cannot be opened")
        default:
            return .inaccessible(place: path, reason: StorageFailure.sentence(error))
        }
    }
}
