import ChatCore
import Foundation
import Logging

/// What the writer does between batches: the search index, long chores, checkpoints, and the end.
final class Upkeep {
    /// The search index lags behind the newest message at most by this; CONTRACT: 1 s.
    private static let indexLag: UInt64 = 300_000_000
    /// How often the revision moves though nothing changes, so that the age of an offset is the age of the absence.
    private static let tick: UInt64 = 300_000_000_000
    /// How long after its last transaction the connection lets its cache go.
    private static let rest: UInt64 = 1_000_000_000
    private static let day: UInt64 = 86_400_000_000_000
    /// How often files are looked for that nobody sent.
    private static let betweenExpiries: UInt64 = 600_000_000_000
    /// While transactions fail one is tried so often, so that everything goes on by itself.
    private static let tryAgain: UInt64 = 1_000_000_000
    /// How often the file is looked for at its place while nothing is written.
    private static let look: UInt64 = 5_000_000_000
    /// Nanoseconds of rest after each byte that a chore told: 250 KB a second, which a phone takes too.
    private static let pauseForByte: UInt64 = 4_000
    private static let aWhile: UInt64 = 200_000_000

    private let batches: BatchWriter
    private let connection: Connection
    private let policy: ChatPolicy
    private let checkpointer: Checkpointer
    private let file: DatabaseFile
    private let troubleLog: TroubleLog
    /// Commands that take several turns.
    let long: LongCommands
    private let cleaner: IndexCleaner
    private let reserve: DiskReserve
    /// Why the last transaction failed; `nil` when it did not.
    private(set) var trouble: StoreTrouble?
    /// When the index is due; `nil` while it is up to date.
    private var indexDue: UInt64?
    /// When the next slice of an older file's messages is; nothing while there are none.
    private var olderDue: UInt64
    private var pruneDue: UInt64
    private var restDue: UInt64?
    private var tickDue: UInt64
    private var expiryDue: UInt64
    /// Whether chores may wait; asked of the file at the start and after each batch that could have begun one.
    private var hasChores = true
    private var choresDue: UInt64 = 0
    private var tryDue: UInt64 = 0
    private var lookDue: UInt64

    init(
        batches: BatchWriter, policy: ChatPolicy, checkpointer: Checkpointer, reserve: DiskReserve, file: DatabaseFile,
        troubleLog: TroubleLog
    ) {
        self.batches = batches
        self.policy = policy
        self.checkpointer = checkpointer
        self.file = file
        self.troubleLog = troubleLog
        connection = batches.connection
        long = LongCommands(batches)
        cleaner = IndexCleaner(batches)
        self.reserve = reserve
        indexDue = Self.now
        olderDue = Self.now
        pruneDue = Self.now + 60_000_000_000
        tickDue = Self.now + Self.tick
        expiryDue = Self.now
        restDue = Self.now + Self.rest
        lookDue = Self.now + Self.look
    }

    static var now: UInt64 { DispatchTime.now().uptimeNanoseconds }

    var counters: StoreCounters { checkpointer.counters }
    var logBytes: Int64 { checkpointer.logBytes }

    /// When ``run(busy:)`` is next wanted, if nothing comes before.
    func nextTime() -> DispatchTime {
        var due = min(pruneDue, tickDue, expiryDue, lookDue)
        if long.isBusy { return .now() }
        if hasChores { due = min(due, choresDue) }
        if trouble != nil { due = min(due, tryDue) }
        if let indexDue, !batches.isShortOfRoom { due = min(due, indexDue) }
        if isIndexBehind { due = min(due, olderDue) }
        if let clean = cleaner.due { due = min(due, clean) }
        if let restDue { due = min(due, restDue) }
        if let checkpoint = checkpointer.due { due = min(due, checkpoint) }
        return DispatchTime(uptimeNanoseconds: due)
    }

    /// Does what is due; `busy`: a batch was just run.
    ///
    /// - Returns: what long commands and chores did, to be told.
    func run(busy: Bool) -> [CommittedBatch.Entry] {
        let now = Self.now
        if busy {
            wrote(at: now)
            if indexDue == nil, batches.committed > batches.indexed { indexDue = now + Self.indexLag }
            lookForChores()
        }
        if lookDue <= now {
            lookDue = now + Self.look
            _ = isInPlace()
        }
        guard trouble != .lost else { return [] }
        if trouble != nil, tryDue <= now { retry(now) }
        if trouble == nil, reserve.isDue(logBytes: logBytes) { keepReserve(now) }
        var entries: [CommittedBatch.Entry] = []
        if long.isBusy { entries += stepLongCommands() }
        if hasChores, choresDue <= now {
            attempt("chores") {
                let changes = try self.chore()
                guard !changes.isEmpty else { return }
                entries.append(CommittedBatch.Entry(reply: .nobody, result: .success(.done), changes: changes))
            }
            if !long.isEmpty { entries += stepLongCommands() }
        }
        if let due = indexDue, due <= now, !batches.isShortOfRoom { attempt("search index") { try self.index(now) } }
        if isIndexBehind, olderDue <= now { attempt("search index") { try self.indexOlder() } }
        if batches.hasUnindexed {
            batches.hasUnindexed = false
            cleaner.noteDeletion(at: now)
        }
        if let due = cleaner.due, due <= now { clean(now) }
        if expiryDue <= now { attempt("unsent files") { try self.expire(now) } }
        if tickDue <= now { attempt("revision") { try self.moveRevision(now) } }
        if pruneDue <= now { attempt("pruning") { try self.prune(now) } }
        if let due = checkpointer.due, due <= Self.now { checkpointer.run() }
        if let due = restDue, due <= Self.now {
            restDue = nil
            connection.releaseMemory()
        }
        return entries
    }

    /// Not while a chore may still delete; not while there is no room.
    private func clean(_ now: UInt64) {
        guard !hasChores, trouble == nil else { return cleaner.postpone(to: now + Self.aWhile) }
        attempt("search index") {
            try self.aside { try self.cleaner.step() }
        }
    }

    /// A transaction that writes much that nobody waits for. It lets no log gather that would take long to carry: like
    /// bytes of files, what it wrote hastens the next checkpoint.
    private func aside<Value>(_ body: () throws -> Value) throws -> Value {
        let before = logBytes
        let result = try body()
        batches.fileBytes += Int(max(0, logBytes - before))
        wrote(at: Self.now)
        return result
    }

    private func lookForChores() {
        guard batches.beganChore else { return }
        hasChores = true
        batches.beganChore = false
    }

    private func stepLongCommands() -> [CommittedBatch.Entry] {
        let entries = long.step()
        lookForChores()
        wrote(at: Self.now)
        return entries
    }

    /// At the stop: what was accepted is carried out, for as long as a stop may take.
    func finishLongCommands(by deadline: StopDeadline) -> [CommittedBatch.Entry] {
        var entries: [CommittedBatch.Entry] = []
        while !long.isEmpty, !deadline.isOver, trouble == nil {
            choresDue = 0
            entries += run(busy: false)
        }
        return entries + long.refuse(ChatError(.unavailable, "The server is stopping.", retryAfter: .seconds(5)))
    }

    private func wrote(at now: UInt64) {
        checkpointer.wrote(at: now, fileBytes: batches.fileBytes)
        batches.fileBytes = 0
        restDue = now + Self.rest
    }

    /// Brings everything in order and closes the file; one that is not at its place any more is left as it is.
    func close(by deadline: StopDeadline) throws {
        guard isInPlace() else { return try checkpointer.close(by: deadline) }
        // What takes longer is gone on with at the next start.
        let index = deadline.half()
        attempt("search index") {
            while self.indexDue != nil, !index.isOver { try self.index(Self.now) }
        }
        let cleaning = deadline.half()
        attempt("search index") {
            while self.cleaner.due != nil, !cleaning.isOver { try self.cleaner.step() }
        }
        try checkpointer.close(by: deadline)
    }

    /// After a batch: whether its transaction failed, and why.
    func note(_ run: BatchWriter.Run) {
        for fault in run.faults { troubleLog.refused("a command", fault, at: Self.now) }
        note(run.failure)
    }

    private func note(_ failure: DatabaseError?) {
        if let failure {
            // What is asked for in the meantime shall not take the last of the room.
            if StorageFailure.isFull(failure) { batches.isShortOfRoom = true }
            trouble = StorageFailure.isFull(failure) ? .full : .failing
            tryDue = Self.now + Self.tryAgain
            troubleLog.failed("commands", failure, at: Self.now)
        } else if trouble != nil, !batches.isShortOfRoom {
            trouble = nil
            troubleLog.recovered()
        }
    }

    /// Looks whether the file is still at its place; once it is not, that is final.
    func isInPlace() -> Bool {
        if trouble == .lost { return false }
        if file.isInPlace { return true }
        trouble = .lost
        checkpointer.leave()
        Log.store.critical(
            "The database is not at its place any more: nothing is stored, the server ends",
            metadata: ["parley.file": "\(file.directory.database)"])
        return false
    }

    /// The smallest transaction there is: shows whether storing works, when nobody sends; and whether the reserve is
    /// whole again.
    private func retry(_ now: UInt64) {
        do {
            try checkpointer.renewReserve()
            try reserve.renew(logBytes: logBytes)
            if reserve.isWhole { batches.isShortOfRoom = false }
            tryDue = now + Self.tryAgain
            try moveRevision(now)
            note(nil)
        } catch {
            note(StorageFailure.databaseError(error))
        }
    }

    /// From the moment that it cannot be kept whole only what takes away is carried out.
    private func keepReserve(_ now: UInt64) {
        attempt("reserve") {
            try self.reserve.renew(logBytes: self.logBytes)
            guard !self.reserve.isWhole else { return }
            self.batches.isShortOfRoom = true
            self.note(DatabaseError(resultCode: .SQLITE_FULL, message: "the reserve for the operator is all there is"))
        }
    }

    private func attempt(_ what: String, _ body: () throws -> Void) {
        do {
            try body()
        } catch {
            // The disk may be full; it is tried again with the next batch or in a while.
            let now = Self.now
            indexDue = indexDue.map { _ in now + 1_000_000_000 }
            olderDue = now + 1_000_000_000
            tickDue = max(tickDue, now + 60_000_000_000)
            pruneDue = max(pruneDue, now + 60_000_000_000)
            expiryDue = max(expiryDue, now + 60_000_000_000)
            choresDue = now + 1_000_000_000
            cleaner.postpone(to: now + 1_000_000_000)
            troubleLog.failed(what, error, at: now)
        }
    }

    private func index(_ now: UInt64) throws {
        var result = (indexed: batches.indexed, more: false)
        try batches.transaction {
            result = try SearchIndexer.advance(connection, from: batches.indexed)
        }
        batches.indexed = result.indexed
        wrote(at: now)
        indexDue = result.more ? now : nil
    }

    /// Whether messages of before the index was begun anew wait for it.
    private var isIndexBehind: Bool { batches.unindexed > 0 && !batches.isShortOfRoom && trouble == nil }

    private func indexOlder() throws {
        let start = Self.now
        var left = batches.unindexed
        try aside { try batches.transaction { left = try SearchIndexer.goBack(connection, from: left) } }
        batches.unindexed = left
        if left == 0 { Log.store.notice("The search index is complete") }
        let now = Self.now
        // As long as it took: half of the time is the others'.
        olderDue = now + (now - start)
    }

    private func chore() throws -> [Change] {
        var told: Int?
        batches.changes = []
        try aside { try batches.transaction { told = try batches.sliceOfChore() } }
        hasChores = told != nil
        choresDue = Self.now + UInt64(told ?? 0) * Self.pauseForByte
        return batches.changes
    }

    private func moveRevision(_ now: UInt64) throws {
        try batches.transaction { _ = batches.nextRevision() }
        tickDue = now + Self.tick
        wrote(at: now)
    }

    private func expire(_ now: UInt64) throws {
        expiryDue = now + Self.betweenExpiries
        try batches.transaction { try batches.eraseExpiredFiles() }
        lookForChores()
        wrote(at: now)
    }

    private func prune(_ now: UInt64) throws {
        pruneDue = now + Self.day
        // Twice the window: nobody who may still come back misses one.
        let kept = max(policy.recoveryWindow * 2, ChatPolicy.feedWindow)
        try batches.transaction { try batches.forgetDepartures(before: batches.now.advanced(by: .zero - kept)) }
        wrote(at: now)
    }
}

@available(*, unavailable)
extension Upkeep: Sendable {}
