import ChatCore
import Foundation
import GRDB
import Logging
import Synchronization

/// The thread that owns the writing connection.
final class WriterThread: Sendable {
    private struct Shared: Sendable {
        var counters = StoreCounters()
        var revision = Revision.zero
        var sink: (any CommitSink)?
        var closingError: String?
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
        while let taken = work.mailbox.take(limit: work.batchLimit, timeout: work.upkeep.nextTime()) {
            if !taken.jobs.isEmpty {
                let (batch, failure) = work.batches.run(taken.jobs)
                note(work, failure, commands: taken.jobs.count)
                tell(batch)
                sink?.waitUntilTold()
            }
            if !taken.refused.isEmpty { tellRefused(taken.refused) }
            let changes = work.upkeep.run(busy: !taken.jobs.isEmpty)
            noteUpkeep(work)
            if !changes.isEmpty {
                tell(
                    CommittedBatch(
                        entries: [CommittedBatch.Entry(reply: .nobody, result: .success(.done), changes: changes)],
                        revision: Revision(work.batches.committed)))
            }
        }
        do {
            try work.upkeep.close()
        } catch {
            Log.store.error("The database could not be closed cleanly", metadata: ["parley.error": "\(error)"])
            shared.withLock { $0.closingError = "The database could not be closed cleanly: \(error)" }
        }
    }

    private func tellRefused(_ replies: [ReplyTo]) {
        let entries = replies.map {
            CommittedBatch.Entry(reply: $0, result: .failure(SQLiteChatStore.behind), changes: [])
        }
        tell(CommittedBatch(entries: entries, revision: revision))
    }

    private func tell(_ batch: CommittedBatch) {
        shared.withLock { $0.sink }?.didCommit(batch)
        for entry in batch.entries {
            if case .callback(let callback) = entry.reply { callback(entry.result) }
        }
    }

    private func note(_ work: WriterWork, _ failure: DatabaseError?, commands: Int) {
        let changed = shared.withLock { shared in
            shared.revision = Revision(work.batches.committed)
            defer { shared.counters.failing = failure != nil }
            if failure == nil {
                shared.counters.batches += 1
                shared.counters.commands += commands
            } else {
                shared.counters.failures += 1
            }
            return (failure != nil) != shared.counters.failing
        }
        work.upkeep.report(failure, changed: changed)
    }

    private func noteUpkeep(_ work: WriterWork) {
        let logBytes = work.upkeep.logBytes
        let upkeep = work.upkeep.counters
        shared.withLock { shared in
            shared.revision = Revision(work.batches.committed)
            shared.counters.checkpoints = upkeep.checkpoints
            shared.counters.checkpointsPostponed = upkeep.checkpointsPostponed
            shared.counters.checkpointsForced = upkeep.checkpointsForced
            shared.counters.checkpointsPartial = upkeep.checkpointsPartial
            shared.counters.longestCheckpoint = upkeep.longestCheckpoint
            shared.counters.logBytes = logBytes
        }
    }
}
