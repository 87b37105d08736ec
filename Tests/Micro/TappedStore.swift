import ChatCore
import ChatSQLite
import Dispatch
import Synchronization

/// A store that reads as a real one does, counts the commands that come and does nothing for them; its sink can be told
/// of commits that never were.
final class TappedStore: ChatStore {
    private struct NoSink: CommitSink {
        func didCommit(_ batch: CommittedBatch) {}
    }

    private let real: SQLiteChatStore
    private let sink = Mutex<(any CommitSink)?>(nil)
    private let sends = Atomic<Int>(0)
    private let full = DispatchSemaphore(value: 0)
    private let batch: Int

    /// - Parameter batch: how many messages ``waitForBatch()`` waits for.
    init(_ real: SQLiteChatStore, batch: Int) {
        self.real = real
        self.batch = batch
    }

    /// Waits until a batch of messages was handed over.
    func waitForBatch() { full.wait() }

    func tell(_ batch: CommittedBatch) { sink.withLock { $0 }?.didCommit(batch) }

    func start(sink: any CommitSink) throws { self.sink.withLock { $0 = sink } }

    func submit(_ command: Command, reply: ReplyTo) {
        guard case .send = command else { return }
        if sends.wrappingAdd(1, ordering: .relaxed).newValue % batch == 0 { full.signal() }
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any ChatReadView) throws -> Value,
        reply: @escaping @Sendable (Result<Value, ChatError>) -> Void
    ) {
        real.read(body, reply: reply)
    }

    var revision: Revision { real.revision }
    var epoch: UInt64 { real.epoch }
    func close() throws { try real.close() }
}
