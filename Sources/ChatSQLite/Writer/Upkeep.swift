import ChatCore
import Foundation
import GRDB
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
    private static let pruneDepartures: StaticString = "DELETE FROM departures WHERE at_ms < ?"

    private let batches: BatchWriter
    private let connection: Connection
    private let policy: ChatPolicy
    private let checkpointer: Checkpointer
    private let file: DatabaseFile
    private let troubleLog: TroubleLog
    /// Why the last transaction failed; `nil` when it did not.
    private(set) var trouble: StoreTrouble?
    /// When the index is due; `nil` while it is up to date.
    private var indexDue: UInt64?
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
        batches: BatchWriter, policy: ChatPolicy, checkpointer: Checkpointer, file: DatabaseFile,
        troubleLog: TroubleLog
    ) {
        self.batches = batches
        self.policy = policy
        self.checkpointer = checkpointer
        self.file = file
        self.troubleLog = troubleLog
        connection = batches.connection
        indexDue = Self.now
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
        if hasChores { due = min(due, choresDue) }
        if trouble != nil { due = min(due, tryDue) }
        if let indexDue { due = min(due, indexDue) }
        if let restDue { due = min(due, restDue) }
        if let checkpoint = checkpointer.due { due = min(due, checkpoint) }
        return DispatchTime(uptimeNanoseconds: due)
    }

    /// Does what is due; `busy`: a batch was just run.
    ///
    /// - Returns: changes that chores made, to be told.
    func run(busy: Bool) -> [Change] {
        let now = Self.now
        if busy {
            wrote(at: now)
            if indexDue == nil, batches.committed > batches.indexed { indexDue = now + Self.indexLag }
            if batches.beganChore {
                hasChores = true
                batches.beganChore = false
            }
        }
        if lookDue <= now {
            lookDue = now + Self.look
            _ = isInPlace()
        }
        guard trouble != .lost else { return [] }
        if trouble != nil, tryDue <= now { retry(now) }
        var changes: [Change] = []
        if hasChores, choresDue <= now { attempt("chores") { changes = try self.chore() } }
        if let due = indexDue, due <= now { attempt("search index") { try self.index(now) } }
        if expiryDue <= now { attempt("unsent files") { try self.expire(now) } }
        if tickDue <= now { attempt("revision") { try self.moveRevision(now) } }
        if pruneDue <= now { attempt("pruning") { try self.prune(now) } }
        if let due = checkpointer.due, due <= Self.now { checkpointer.run() }
        if let due = restDue, due <= Self.now {
            restDue = nil
            connection.releaseMemory()
        }
        return changes
    }

    private func wrote(at now: UInt64) {
        checkpointer.wrote(at: now, fileBytes: batches.fileBytes)
        batches.fileBytes = 0
        restDue = now + Self.rest
    }

    /// Brings everything in order and closes the file; one that is not at its place any more is left as it is.
    func close() throws {
        guard isInPlace() else { return try checkpointer.close() }
        attempt("search index") {
            while self.indexDue != nil { try self.index(Self.now) }
        }
        try checkpointer.close()
    }

    /// After a batch: whether its transaction failed, and why.
    func note(_ failure: DatabaseError?) {
        if let failure {
            trouble = StorageFailure.isFull(failure) ? .full : .failing
            tryDue = Self.now + Self.tryAgain
            troubleLog.failed("commands", failure, at: Self.now)
        } else if trouble != nil {
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

    /// The smallest transaction there is: shows whether storing works, when nobody sends.
    private func retry(_ now: UInt64) {
        do {
            try moveRevision(now)
            note(nil)
        } catch {
            note(StorageFailure.databaseError(error))
        }
    }

    private func attempt(_ what: String, _ body: () throws -> Void) {
        do {
            try body()
        } catch {
            // The disk may be full; it is tried again with the next batch or in a while.
            let now = Self.now
            indexDue = indexDue.map { _ in now + 1_000_000_000 }
            tickDue = max(tickDue, now + 60_000_000_000)
            pruneDue = max(pruneDue, now + 60_000_000_000)
            expiryDue = max(expiryDue, now + 60_000_000_000)
            choresDue = now + 1_000_000_000
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

    private func chore() throws -> [Change] {
        var more = false
        batches.changes = []
        try batches.transaction { more = try batches.sliceOfChore() }
        hasChores = more
        wrote(at: Self.now)
        return batches.changes
    }

    private func moveRevision(_ now: UInt64) throws {
        try batches.transaction { _ = batches.next() }
        tickDue = now + Self.tick
        wrote(at: now)
    }

    private func expire(_ now: UInt64) throws {
        expiryDue = now + Self.betweenExpiries
        try batches.transaction { try batches.eraseExpiredFiles() }
        if batches.beganChore {
            batches.beganChore = false
            hasChores = true
        }
        wrote(at: now)
    }

    private func prune(_ now: UInt64) throws {
        pruneDue = now + Self.day
        // Twice the window: nobody who may still come back misses one.
        let kept = policy.recoveryWindow * 2
        try batches.transaction {
            try connection[Self.pruneDepartures].run(batches.now.milliseconds - kept.components.seconds * 1000)
        }
        wrote(at: now)
    }
}

@available(*, unavailable)
extension Upkeep: Sendable {}
