import CSQLiteFile
import ChatCore
import Foundation
import CSQLite
import Logging

/// Carries the write-ahead log into the main file, so that a plain copy of it taken at any moment is whole and recent.
///
/// 1. Only when it can complete: readers are held by the gate, long ones (backup) postpone it, the result is checked.
///    A checkpoint that a reader holds back leaves a main file that never existed.
/// 2. Only under a write lease: refused while anybody else has the file open, who opens it meanwhile waits in open(2).
///    While it is refused we look again each 10 ms, and wait 2 s more after they have gone, as a copy of the directory
///    takes the files one by one; but not past 3 s after the first change.
/// 3. When it falls quiet, at the latest a second after the first change.
///
/// The last transaction before it notes in the file which log it carries and how long that is: see ``WriteAheadLog``.
/// At the log's limit it is done all the same.
///
/// **A lease is broken 45 s after somebody opens the file, so no checkpoint may take that long.** What it takes is as
/// long as the log, and that grows while others hold the file open. So after each 16 MiB of it a note is written as
/// before a checkpoint, and a log of many such parts is carried part by part (``LogCarrier``), each under a lease of
/// its own and between other transactions; what SQLite's checkpoint has to do afterwards is the last part. On a disk of
/// 1 MB/s a part takes 16 s. (Where the log is that of a run that was killed its notes are not known, and it is carried
/// whole: it is at most `--wal-limit` long. Without leases SQLite's own way is the only safe one, too.)
final class Checkpointer {
    private static let note: StaticString = "UPDATE state SET wal_salt = ?, wal_frames = ? WHERE id = 1"
    private static let begin: StaticString = "BEGIN IMMEDIATE"
    private static let commit: StaticString = "COMMIT"

    /// Longer than the search index lags, so that one checkpoint takes both.
    private static let quiet: UInt64 = 400_000_000
    private static let atLatest: UInt64 = 1_000_000_000
    private static let lookAgain: UInt64 = 10_000_000
    /// A forced one may be held back by the very reader that keeps the file; it is not repeated at once.
    private static let betweenForced: UInt64 = 5_000_000_000
    private static let afterOthers: UInt64 = 2_000_000_000
    /// Where copies follow one another with no such pause between them, the first gap serves, lest none of them holds
    /// what was acknowledged five seconds before it. A directory that is caught in it has a log that does not continue
    /// the file, which is recognised and moved aside.
    private static let patience: UInt64 = 3_000_000_000

    /// Bytes of files after which none waits for the clock: a second of uploads takes longer to carry than messages
    /// should wait, and a page of a file is written once, so nothing is saved by waiting.
    private static let enoughOfFiles = 4 << 20

    /// Parts that make a log long.
    private static let manyParts = 4

    private let connection: Connection
    private let file: DatabaseFile
    /// Frames after which there is a note, the end of a part.
    private let part: Int
    /// Where such notes stand, from the oldest that is not in the main file on.
    private var notes: [Int] = []
    /// Frames that were carried in parts.
    private var carried = 0
    private let gate: ReaderGate
    private let walLimit: Int64
    private let troubleLog: TroubleLog
    private let reserve: DiskReserve
    private let log = LogSize()
    private(set) var counters = StoreCounters()
    /// When the next one is wanted, in nanoseconds of uptime; `nil`: the log is empty.
    private(set) var due: UInt64?
    private var firstWrite: UInt64?
    /// In the log.
    private var fileBytes = 0
    /// Others held the file when we last looked.
    private var held = false
    private var notBefore: UInt64 = 0
    private var leases = true
    /// The file is not at its place any more: nothing of it is touched.
    private var isLeft = false

    init(
        connection: Connection, file: DatabaseFile, gate: ReaderGate, reserve: DiskReserve, walLimit: Int64, part: Int,
        troubleLog: TroubleLog
    ) {
        self.reserve = reserve
        self.part = part
        self.troubleLog = troubleLog
        self.connection = connection
        self.file = file
        self.gate = gate
        self.walLimit = walLimit
        log.watch(connection.handle)
    }

    /// Bytes in the log that are not in the main file.
    var logBytes: Int64 { Int64(log.frames) * 4096 }

    /// After each transaction.
    ///
    /// - Parameter fileBytes: how much of it was bytes of files.
    func wrote(at now: UInt64, fileBytes: Int = 0) {
        guard log.frames > 0 else { return }
        let first = firstWrite ?? now
        firstWrite = first
        self.fileBytes += fileBytes
        let isEnough = logBytes >= walLimit || self.fileBytes >= Self.enoughOfFiles
        due = max(notBefore, isEnough ? now : min(now + Self.quiet, first + Self.atLatest))
        if log.frames - (notes.last ?? carried) >= part { endPart() }
    }

    /// Writes a note into the log as it grows. Without it the log is carried whole.
    private func endPart() {
        do {
            try noteLog(isEnd: false)
            notes.append(log.frames)
        } catch {
            troubleLog.failed("note in the log", error, at: Upkeep.now)
        }
    }

    /// One attempt.
    func run() {
        let now = Upkeep.now
        guard log.frames > 0, !isLeft else {
            due = nil
            return
        }
        var isForced = false
        let permission = permission()
        switch permission {
        case .leased, .granted: break
        case .refused where logBytes >= walLimit:
            isForced = true
            counters.checkpointsForced += 1
            notBefore = now + Self.betweenForced
            Log.store.warning(
                "The log is at its limit: carried into the file though another program holds the file open",
                metadata: ["parley.bytes": "\(logBytes)"])
        case .refused:
            counters.checkpointsPostponed += held ? 0 : 1
            held = true
            due = now + Self.lookAgain
            return
        }
        defer { file.dropLease() }
        let oldest = firstWrite ?? now
        if held, logBytes < walLimit, now < oldest + Self.patience {
            // They have just gone, perhaps to the next file of the directory.
            held = false
            notBefore = min(now + Self.afterOthers, oldest + Self.patience)
            due = notBefore
            return
        }
        held = false
        // Under the lease, so that it stays so. Who looks after the file finds it out at once, too.
        guard file.isInPlace else { return due = now + Self.atLatest }
        if permission == .leased, notes.count >= Self.manyParts { return carryPart() }
        attempt(SQLITE_CHECKPOINT_RESTART, isForced: isForced, isLeased: permission == .leased)
    }

    /// - Parameter leased: nobody else has the file open, nor can have before the lease is given back.
    private enum Permission { case leased, granted, refused }

    /// For a disk that was full, when there is nothing to carry: whether the main file's reserve can be had again.
    ///
    /// - Throws: as ``DiskReserve/renewMain()``.
    func renewReserve() throws {
        guard !isLeft, permission() != .refused else { return }
        defer { file.dropLease() }
        try reserve.renewMain()
    }

    /// The oldest part of a long log into the main file.
    private func carryPart() {
        let start = Upkeep.now
        do {
            try reserve.renewMain()
            let isDone: Void? = try gate.exclusively {
                try LogCarrier.withLog(of: file) { try $0.carry(from: carried, to: notes[0]) }
            }
            if isDone != nil {
                carried = notes.removeFirst()
                counters.checkpointParts += 1
            }
            let now = Upkeep.now
            // As long again for the others, unless the log is too long already.
            due = logBytes >= walLimit ? now : now + (now - start)
        } catch {
            troubleLog.failed("checkpoint", error, at: Upkeep.now)
            due = Upkeep.now + Self.atLatest
        }
    }

    private func permission() -> Permission {
        if gate.hasLongReaders { return .refused }
        guard leases else { return file.isWatchedOpen ? .refused : .granted }
        switch file.takeLease() {
        case .taken: return .leased
        case .held: return .refused
        case .unavailable(let code):
            leases = false
            file.beginWatching()
            Log.store.warning(
                """
                No leases on this file: a plain copy begun as a checkpoint begins may be torn; use `parley backup`
                """, metadata: ["parley.errno": "\(code)"])
            return .granted
        }
    }

    private func attempt(_ mode: Int32, isForced: Bool = false, isLeased: Bool) {
        do {
            switch try checkpoint(mode, isForced: isForced, isLeased: isLeased) {
            case true?:
                counters.checkpoints += 1
                file.noteSize()
                log.frames = 0
                notes = []
                carried = 0
                reserve.logBegan()
                firstWrite = nil
                fileBytes = 0
                due = nil
            case nil:
                // A backup began since permission was given.
                counters.checkpointsPostponed += 1
                held = true
                due = max(notBefore, Upkeep.now + Self.lookAgain)
            case false?:
                counters.checkpointsPartial += 1
                Log.store.warning("A checkpoint could not carry everything; it is repeated")
                due = max(notBefore, Upkeep.now + Self.lookAgain)
            }
        } catch {
            troubleLog.failed("checkpoint", error, at: Upkeep.now)
            due = Upkeep.now + Self.atLatest
        }
    }

    /// - Returns: whether everything in the log is in the main file; `nil` when nothing was carried, for a long reader.
    private func checkpoint(_ mode: Int32, isForced: Bool, isLeased: Bool) throws -> Bool? {
        try reserve.renewMain()
        try noteLog(isEnd: true)
        return try gate.exclusively(inSpiteOfLongReaders: isForced) {
            // What was carried in parts is not written a second time, nor is a page meanwhile older than it was.
            let isInParts = carried > 0 && isLeased
            if isInParts { try LogCarrier.withLog(of: file) { try $0.carry(from: carried, to: log.frames) } }
            csqlitefile_compare_writes(isInParts ? 1 : 0)
            defer { csqlitefile_compare_writes(0) }
            var frames: Int32 = 0
            var written: Int32 = 0
            // Nobody else is there, or it is forced: the writer does not wait for others.
            sqlite3_busy_timeout(connection.handle, 0)
            defer { sqlite3_busy_timeout(connection.handle, 5000) }
            let code = sqlite3_wal_checkpoint_v2(connection.handle, nil, mode, &frames, &written)
            guard code == SQLITE_OK || code & 0xFF == SQLITE_BUSY else {
                throw DatabaseError(resultCode: ResultCode(rawValue: code))
            }
            return code == SQLITE_OK && frames == written
        }
    }

    /// The last transaction before the checkpoint; one page, so one frame. Nothing is noted of an empty log: the note
    /// itself would begin the next one.
    ///
    /// - Parameter isEnd: whether the log is carried up to there and begun anew. In the middle of a log the number is
    ///   negative: the next log does not continue a file that holds half of this one.
    private func noteLog(isEnd: Bool) throws {
        guard log.frames > 0 else { return }
        guard let header = WriteAheadLog(path: file.directory.log) else { return }
        let frames = log.frames + 1
        try connection[Self.begin].run()
        do {
            try connection[Self.note].run(Int64(bitPattern: header.salts), isEnd ? frames : -frames)
            try connection[Self.commit].run()
        } catch {
            if connection.isInTransaction { try connection.execute("ROLLBACK") }
            throw error
        }
    }

    /// No more checkpoints: what lies at the file's place is not ours, nor is the log that SQLite would remove by name.
    func leave() {
        isLeft = true
        due = nil
    }

    /// A part, and a moment for who waits in open(2) to go on: a lease is held for a part only.
    ///
    /// - Returns: whether there may be more.
    private func carryAtEnd() -> Bool {
        let before = carried
        carryPart()
        guard carried > before else { return false }
        file.dropLease()
        return permission() == .leased
    }

    /// The end: everything into the main file, and no log left beside it, unless others hold the file open for longer
    /// than we can wait. Then the log stays, whole.
    func close(by deadline: StopDeadline) throws {
        if isLeft {
            csqlitefile_no_checkpoint_on_close(connection.handle, 1)
            return try connection.close()
        }
        var permission = permission()
        while permission == .refused, !deadline.isOver {
            LogSize.pause(microseconds: 10_000)
            permission = self.permission()
        }
        defer { file.dropLease() }
        if permission != .refused, !file.isInPlace {
            csqlitefile_no_checkpoint_on_close(connection.handle, 1)
        } else if permission != .refused {
            let isLeased = permission == .leased
            while isLeased, notes.count >= Self.manyParts, carryAtEnd() {}
            attempt(SQLITE_CHECKPOINT_TRUNCATE, isLeased: isLeased)
        } else {
            Log.store.warning("Another program holds the database open: parley.db-wal stays beside it")
            csqlitefile_no_checkpoint_on_close(connection.handle, 1)
        }
        try connection.close()
    }
}

@available(*, unavailable)
extension Checkpointer: Sendable {}
