import ChatCore
import Foundation
import Logging
import Synchronization

/// The thread that owns the writing connection.
final class WriterThread: Sendable {
    private struct Shared: Sendable {
        var counters = StoreCounters()
        var revision = Revision.zero
        var sink: (any CommitSink)?
        var closingError: String?
        /// `nil`: it was never said.
        var stop: StopDeadline?
    }

    private let shared = Mutex(Shared())
    private let started = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// Starts the thread; `open` is run on it and gives what it works with.
    init(open: @escaping @Sendable () throws -> WriterWork) throws {
        let opened = DispatchSemaphore(value: 0)
        let failure = Box<any Error>()
        let thread = Thread { [self] in
            defer { ended.signal() }
            let work: WriterWork
            do {
                work = try open()
            } catch {
                failure.put(error)
                opened.signal()
                return
            }
            shared.withLock { $0.revision = Revision(work.batches.committed) }
            opened.signal()
            started.wait()
            serve(work)
        }
        thread.name = "parley.writer"
        thread.stackSize = 1 << 20
        thread.start()
        opened.wait()
        if let error = failure.take() {
            ended.wait()
            throw error
        }
    }

    /// Lets it begin with what waits in the mailbox.
    func start(_ sink: any CommitSink) {
        shared.withLock { $0.sink = sink }
        started.signal()
    }

    /// Before the mailbox is closed: until when the end may take.
    func stop(by deadline: StopDeadline) { shared.withLock { $0.stop = deadline } }

    /// After the mailbox was closed: waits until the rest is done and the connection closed.
    ///
    /// - Throws: what kept the file from being closed cleanly.
    func join() throws {
        // It may never have been started; then it has only to close.
        started.signal()
        ended.wait()
        if let error = shared.withLock({ $0.closingError }) { throw ChatError(.internal, error) }
    }

    var revision: Revision { shared.withLock { $0.revision } }

    var counters: StoreCounters { shared.withLock { $0.counters } }

    /// Answers a command that was not taken in, on the caller's thread: a callback, or an asker after the mailbox was
    /// closed.
    func refuse(_ reply: ReplyTo, _ error: ChatError) {
        switch reply {
        case .nobody: return
        case .callback(let callback): callback(.failure(error))
        case .asker:
            // The sink knows how to answer; nothing was committed, so no order is at stake.
            let entry = CommittedBatch.Entry(reply: reply, result: .failure(error), changes: [])
            let (sink, revision) = shared.withLock { ($0.sink, $0.revision) }
            sink?.didCommit(CommittedBatch(entries: [entry], revision: revision))
        }
    }

    private func serve(_ work: WriterWork) {
        let sink = shared.withLock { $0.sink }
        // What a transaction left of those that were taken: its share is bounded.
        var jobs: ArraySlice<Mailbox.Job> = []
        while true {
            if jobs.isEmpty {
                guard let taken = work.mailbox.take(limit: work.batchLimit, timeout: work.upkeep.nextTime()) else {
                    break
                }
                jobs = taken.jobs
                if !taken.refused.isEmpty { tell(taken.refused.map { ($0, SQLiteChatStore.behind) }) }
            }
            let isBusy = !jobs.isEmpty
            if isBusy {
                jobs = jobs.dropFirst(run(jobs, work))
                sink?.waitUntilTold()
            }
            let entries = work.upkeep.run(busy: isBusy)
            noteUpkeep(work)
            if work.upkeep.trouble == .lost { return end(work, jobs) }
            if !entries.isEmpty {
                tell(CommittedBatch(entries: entries, revision: Revision(work.batches.committed)))
                sink?.waitUntilTold()
            }
        }
        close(work)
    }

    /// Runs the first of the commands in one transaction.
    ///
    /// - Returns: how many.
    private func run(_ jobs: ArraySlice<Mailbox.Job>, _ work: WriterWork) -> Int {
        var run = work.batches.run(jobs)
        // What was committed to a file that is not at its place will not be found again: nobody is told that it was.
        guard work.upkeep.isInPlace() else {
            tell(jobs.map { ($0.reply, SQLiteChatStore.lost) })
            return jobs.count
        }
        work.upkeep.note(run)
        run.entries += run.long.compactMap { work.upkeep.long.take($0) }
        shared.withLock { shared in
            shared.revision = Revision(work.batches.committed)
            if run.failure == nil {
                shared.counters.batches += 1
                shared.counters.commands += run.count
            } else {
                shared.counters.failures += 1
            }
        }
        if !run.entries.isEmpty {
            tell(CommittedBatch(entries: run.entries, revision: Revision(work.batches.committed)))
        }
        return run.count
    }

    /// The file is lost: says so, refuses what still comes, and closes what is left when it is told to.
    private func end(_ work: WriterWork, _ jobs: ArraySlice<Mailbox.Job>) {
        work.whenLost()
        tell(jobs.map { ($0.reply, SQLiteChatStore.lost) })
        tell(CommittedBatch(entries: work.upkeep.long.refuse(SQLiteChatStore.lost), revision: revision))
        while let taken = work.mailbox.take(limit: work.batchLimit, timeout: .distantFuture) {
            tell((taken.jobs.map(\.reply) + taken.refused).map { ($0, SQLiteChatStore.lost) })
        }
        close(work)
    }

    private func close(_ work: WriterWork) {
        let deadline = shared.withLock { $0.stop } ?? StopDeadline(within: .zero)
        let entries = work.upkeep.finishLongCommands(by: deadline.half())
        if !entries.isEmpty {
            tell(CommittedBatch(entries: entries, revision: Revision(work.batches.committed)))
        }
        do {
            try work.upkeep.close(by: deadline)
        } catch {
            Log.store.error("The database could not be closed cleanly", metadata: ["parley.error": "\(error)"])
            shared.withLock { $0.closingError = "The database could not be closed cleanly: \(error)" }
        }
    }

    /// Answers commands that were not carried out.
    private func tell(_ refused: [(reply: ReplyTo, error: ChatError)]) {
        let entries = refused.map { CommittedBatch.Entry(reply: $0.reply, result: .failure($0.error), changes: []) }
        tell(CommittedBatch(entries: entries, revision: revision))
    }

    private func tell(_ batch: CommittedBatch) {
        shared.withLock { $0.sink }?.didCommit(batch)
        // By number: an entry is not copied to see that nobody waits for it.
        for index in batch.entries.indices {
            if case .callback(let callback) = batch.entries[index].reply { callback(batch.entries[index].result) }
        }
    }

    private func noteUpkeep(_ work: WriterWork) {
        let logBytes = work.upkeep.logBytes
        let upkeep = work.upkeep.counters
        let trouble = work.upkeep.trouble
        shared.withLock { shared in
            shared.counters.trouble = trouble
            shared.revision = Revision(work.batches.committed)
            shared.counters.checkpoints = upkeep.checkpoints
            shared.counters.checkpointsPostponed = upkeep.checkpointsPostponed
            shared.counters.checkpointsForced = upkeep.checkpointsForced
            shared.counters.checkpointParts = upkeep.checkpointParts
            shared.counters.checkpointsPartial = upkeep.checkpointsPartial
            shared.counters.logBytes = logBytes
        }
    }
}
