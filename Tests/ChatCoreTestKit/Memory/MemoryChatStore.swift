import ChatCore
import Dispatch
import Synchronization

/// What a ``MemoryChatStore`` opens, and opens again: where other engines have a file.
public final class MemoryDatabase: Sendable {
    private let kept = Mutex(MemoryState())
    private let noted = Mutex<[String]>([])

    public init() {}

    /// Records that commands loaded by key without having named them (``ChatCore/RecordNeeds``).
    public var unnamedLoads: [String] { noted.withLock { $0 } }

    var state: MemoryState {
        get { kept.withLock { $0 } }
        set { kept.withLock { $0 = newValue } }
    }

    func note(_ unnamed: [String], of command: Command) {
        guard !unnamed.isEmpty else { return }
        noted.withLock { $0 += unnamed.map { "\(command) loads: \($0)" } }
    }
}

/// An engine in memory, for tests: rows in dictionaries, every rule ``ChatCore/ChatRules``'s. Correct and slow.
///
/// 1. The state is a value (``MemoryState``). One serial queue writes: it takes all commands that wait, runs each on a
///    copy of the state, keeps the copy where it succeeds, and puts the last one in place: that is the commit.
/// 2. A read is given the value that was in place when it was asked for, on a queue of many.
public final class MemoryChatStore: ChatStore {
    private struct Job: Sendable {
        var command: Command
        var reply: ReplyTo
    }

    private struct Run: Sendable {
        var sink: (any CommitSink)?
        var isClosed = false
    }

    private let database: MemoryDatabase
    private let policy: ChatPolicy
    private let clock: @Sendable () -> Timestamp
    private let mailbox = Mutex<[Job]>([])
    private let run = Mutex(Run())
    private let writer = DispatchQueue(label: "memory-writer")
    private let readers = DispatchQueue(label: "memory-readers", attributes: .concurrent)

    public let epoch = UInt64.random(in: 1...UInt64.max)

    /// Begins a new run of the store.
    public init(_ database: MemoryDatabase, policy: ChatPolicy, clock: @escaping @Sendable () -> Timestamp) {
        self.database = database
        self.policy = policy
        self.clock = clock
        var state = database.state
        let now = clock()
        let last = Revision(state.revision)
        for epoch in state.epochs.keys where state.epochs[epoch]?.last == nil { state.epochs[epoch]?.last = last }
        state.revision = max(state.revision + 1, (now.milliseconds / 1000) << 20)
        state.epochs[epoch] = MemoryState.Epoch(first: Revision(state.revision))
        state.onlineAtLastEnd = state.users.values.filter(\.isOnline).map(\.user.id)
        for (key, file) in state.files where !file.isFinished || !Self.isThere(file, now) {
            state.files[key] = nil
            state.fileKeys[file.attachment.id] = nil
        }
        database.state = state
    }

    private static func isThere(_ file: MemoryState.FileRow, _ now: Timestamp) -> Bool {
        StoredFile.isThere(isSent: file.message != nil, createdAt: file.createdAt, now: now)
    }

    public var revision: Revision { Revision(database.state.revision) }

    public func start(sink: any CommitSink) {
        run.withLock { $0.sink = sink }
        writer.async { self.runBatch() }
    }

    public func submit(_ command: Command, reply: ReplyTo) {
        mailbox.withLock { $0.append(Job(command: command, reply: reply)) }
        writer.async { self.runBatch() }
    }

    public func close() {
        // What was submitted before this call stands before it in the queue.
        writer.sync { run.withLock { $0.isClosed = true } }
        // Reads that were asked for are answered.
        readers.sync(flags: .barrier) {}
    }

    private func runBatch() {
        let run = run.withLock { $0 }
        guard let sink = run.sink else { return }
        if !run.isClosed { sink.waitUntilTold() }
        let jobs = mailbox.withLock { jobs in
            defer { jobs = [] }
            return jobs
        }
        guard !jobs.isEmpty else { return }
        let entries = run.isClosed ? jobs.map(Self.refusal) : commit(jobs)
        sink.didCommit(CommittedBatch(entries: entries, revision: revision))
        for entry in entries {
            if case .callback(let callback) = entry.reply { callback(entry.result) }
        }
    }

    private static let stopping = ChatError(.unavailable, "The store is closed.", retryAfter: .seconds(5))

    private static func refusal(_ job: Job) -> CommittedBatch.Entry {
        CommittedBatch.Entry(reply: job.reply, result: .failure(stopping), changes: [])
    }

    /// One transaction: what fails leaves nothing behind, the others stay.
    private func commit(_ jobs: [Job]) -> [CommittedBatch.Entry] {
        var state = database.state
        let committed = Revision(state.revision)
        let now = clock()
        let entries = jobs.map { job -> CommittedBatch.Entry in
            let records = MemoryRecords(
                state, committed: committed, policy: policy, now: now, needs: job.command.needs)
            defer { database.note(records.check.unnamed, of: job.command) }
            do {
                var rules = ChatRules(records)
                let outcome = try rules.run(job.command)
                state = records.state
                return CommittedBatch.Entry(
                    reply: job.reply, result: .success(outcome), changes: records.changes + rules.changes)
            } catch {
                return CommittedBatch.Entry(reply: job.reply, result: .failure(Self.chatError(error)), changes: [])
            }
        }
        database.state = state
        return entries
    }

    private static func chatError(_ error: any Error) -> ChatError {
        error as? ChatError ?? ChatError(.internal, "\(error)")
    }

    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (any ChatReadView) throws -> Value,
        reply: @escaping @Sendable (Result<Value, ChatError>) -> Void
    ) {
        let view = MemoryReadView(database.state, policy: policy, now: clock())
        let isClosed = run.withLock { $0.isClosed }
        readers.async {
            guard !isClosed else { return reply(.failure(Self.stopping)) }
            reply(Result { try body(view) }.mapError(Self.chatError))
        }
    }
}
