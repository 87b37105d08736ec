import ChatCore

/// Runs commands, many to a transaction. Owned by the writer's thread.
///
/// 1. A batch is one transaction: BEGIN IMMEDIATE, the commands in order, what the memory has to write, the newest
///    revision, COMMIT. It ends early when it took its time or tells enough (``BatchShare``): what is left is the next.
/// 2. What is done is for ``ChatCore/ChatRules`` to say; this is their records. Commands that check everything before
///    they store anything (sends without files, receipts) need no undoing. All others run in a savepoint, after the
///    memory was flushed: if one fails, it is undone and the memory forgotten.
/// 3. If the file fails (full disk, I/O), every command of the batch is answered with that error and nobody is told
///    anything; the next batch tries anew. Any other error is of one command: where it was not in a savepoint the batch
///    is halved until the command stands alone, and its neighbours are carried out.
/// 4. A command too long for one transaction is not carried out here: see ``ChatMaking``.
final class BatchWriter {
    private static let begin: StaticString = "BEGIN IMMEDIATE"
    private static let commit: StaticString = "COMMIT"
    private static let savepoint: StaticString = "SAVEPOINT command"
    private static let release: StaticString = "RELEASE command"
    private static let undo: StaticString = "ROLLBACK TO command"
    private static let noteRevision: StaticString = "UPDATE state SET revision = ? WHERE id = 1"

    let connection: Connection
    let memory: WriterMemory
    let policy: ChatPolicy
    private let clock: @Sendable () -> Timestamp
    /// The newest revision given out; some may have been rolled back.
    private(set) var issued: Int64
    /// The newest revision in the file.
    private(set) var committed: Int64
    /// Messages up to this one are in the search index; mirrors `state.indexed_n`.
    var indexed: Int64
    /// But not those up to this one, of before the index was begun anew; mirrors `state.unindexed_n`.
    var unindexed: Int64
    /// When the batch began: the time of everything in it.
    private(set) var now: Timestamp
    /// Whether a chore was begun since somebody last looked: there are slices to do.
    var beganChore = false
    /// The chore that had the last slice.
    var lastChore: Int64 = 0
    /// Whether the file says already that the search index has words of deleted texts.
    var isCleaningNoted = false
    /// Whether something was taken out of the search index since somebody last looked.
    var hasUnindexed = false
    /// Nanoseconds that a transaction of commands may take: see ``BatchShare``.
    var shareTime = BatchShare.time
    /// Whether there is no room but the operator's: see ``DiskReserve``.
    var isShortOfRoom = false
    /// Errors that undid one command each, of the batch at work.
    private var faults: [DatabaseError] = []
    /// Bytes of files written or erased since somebody last looked: they fill the log fast.
    var fileBytes = 0
    /// What the command being run has changed so far.
    var changes: [Change] = []

    init(
        connection: Connection, policy: ChatPolicy, revision: Int64, indexed: Int64, unindexed: Int64,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.connection = connection
        self.policy = policy
        self.clock = clock
        memory = WriterMemory(connection)
        issued = revision
        committed = revision
        self.indexed = indexed
        self.unindexed = unindexed
        now = clock()
    }

    func nextRevision() -> Int64 {
        issued += 1
        return issued
    }

    /// What became of the first of some commands.
    struct Run {
        var entries: [CommittedBatch.Entry] = []
        /// How many were taken, from the first on: answered, or too long.
        var count = 0
        /// Those too long for a transaction with others.
        var long: [Mailbox.Job] = []
        /// The error of the file that undid them all.
        var failure: DatabaseError?
        /// Errors that undid one command each.
        var faults: [DatabaseError] = []
    }

    /// Runs as many of the commands as go into one transaction; never throws: what went wrong is in the entries.
    func run(_ jobs: ArraySlice<Mailbox.Job>) -> Run {
        var run = Run()
        faults = []
        do {
            try transaction {
                var share = BatchShare(time: shareTime)
                run.entries.reserveCapacity(jobs.count)
                try jobs.withUnsafeBufferPointer { jobs in
                    // Where they lie: to copy a command is to copy all its texts.
                    for index in jobs.indices {
                        run.count += 1
                        if ChatMaking.isNeeded(for: jobs[index].command) {
                            run.long.append(jobs[index])
                        } else {
                            let entry = try perform(jobs[index])
                            share.note(jobs[index].command, entry.changes)
                            run.entries.append(entry)
                            if share.isSpent { break }
                        }
                    }
                }
            }
            memory.age()
            run.faults = faults
            return run
        } catch {
            let failure = StorageFailure.databaseError(error)
            return isolate(failure, in: StorageFailure.isOfTheFile(failure) ? jobs : jobs.prefix(run.count))
        }
    }

    /// After a transaction was undone: who is to blame?
    private func isolate(_ failure: DatabaseError, in jobs: ArraySlice<Mailbox.Job>) -> Run {
        if StorageFailure.isFull(failure), !isShortOfRoom, jobs.contains(where: { Self.isRelief($0.command) }) {
            // For the operator's alone there may be room.
            isShortOfRoom = true
            var run = run(jobs)
            run.failure = run.failure ?? failure
            return run
        }
        guard !StorageFailure.isOfTheFile(failure), jobs.count > 1 else {
            let answer = StorageFailure.chatError(failure)
            var run = Run(
                entries: jobs.map { CommittedBatch.Entry(reply: $0.reply, result: .failure(answer), changes: []) },
                count: jobs.count)
            if StorageFailure.isOfTheFile(failure) { run.failure = failure } else { run.faults = [failure] }
            return run
        }
        // The rest is the next batch's.
        return run(jobs.prefix(jobs.count / 2))
    }

    /// One transaction around `body`; on an error nothing of it is left, in the file or in memory.
    func transaction(_ body: () throws -> Void) throws {
        now = clock()
        issued = max(issued, (now.milliseconds / 1000) << 20)
        let start = issued
        do {
            try connection[Self.begin].run()
            try body()
            try memory.flush()
            if issued > start { try connection[Self.noteRevision].run(issued) }
            try connection[Self.commit].run()
            if issued > start { committed = issued }
        } catch {
            memory.forgetAll()
            isCleaningNoted = false
            rollback()
            throw error
        }
    }

    private func rollback() {
        guard connection.isInTransaction else { return }
        do {
            try connection.execute("ROLLBACK")
        } catch {
            // SQLite ends the transaction by itself on the errors that make a ROLLBACK fail; BEGIN would tell.
            return
        }
    }

    private func perform(_ job: Mailbox.Job) throws -> CommittedBatch.Entry {
        changes = []
        let result: Result<Outcome, ChatError>
        do {
            result = .success(try outcome(of: job.command))
        } catch let error as ChatError {
            changes = []
            result = .failure(error)
        } catch let error as DatabaseError {
            // Without a savepoint something of it may be left: then the batch is undone to find it.
            guard !StorageFailure.isOfTheFile(error), connection.isInTransaction, !job.command.checksFirst else {
                throw error
            }
            changes = []
            faults.append(error)
            result = .failure(StorageFailure.chatError(error))
        }
        return CommittedBatch.Entry(reply: job.reply, result: result, changes: changes)
    }

    /// Whether a command is one of those that make room, or keep somebody out: the operator's, on a full disk too.
    static func isRelief(_ command: Command) -> Bool {
        switch command {
        case .setBlocked, .revokeToken, .revokeTokens, .deleteUser, .deleteChat, .discardFile,
            .removeMember(_, _, by: .operator), .delete(_, _, by: .operator):
            true
        default: false
        }
    }

    private func outcome(of command: Command) throws -> Outcome {
        if isShortOfRoom, !Self.isRelief(command) { throw StorageFailure.full }
        return command.checksFirst ? try follow(command) : try inSavepoint { try follow(command) }
    }

    /// Does what the rules say.
    private func follow(_ command: Command) throws -> Outcome {
        try rules { try $0.run(command) }
    }

    /// Applies the rules to the records of this transaction; what they change is told with it.
    func rules<Result>(_ body: (inout ChatRules<BatchWriter>) throws -> Result) throws -> Result {
        var rules = ChatRules(self)
        let result = try body(&rules)
        // Mostly it is the first there is: no copy of it.
        if changes.isEmpty { changes = rules.changes } else { changes += rules.changes }
        return result
    }

    private func inSavepoint(_ body: () throws -> Outcome) throws -> Outcome {
        try memory.flush()
        try connection[Self.savepoint].run()
        let outcome: Outcome
        do {
            outcome = try body()
            try memory.flush()
        } catch {
            memory.forgetAll()
            isCleaningNoted = false
            if connection.isInTransaction {
                try connection[Self.undo].run()
                try connection[Self.release].run()
            }
            throw error
        }
        // If this fails, nobody knows whether the savepoint is there still: it is no fault of the command's.
        try connection[Self.release].run()
        return outcome
    }
}

@available(*, unavailable)
extension BatchWriter: Sendable {}
