import ChatCore
import Foundation
import Logging
import Synchronization

/// The chat store in one SQLite file. One thread writes, some read; see `schema.sql` for the file.
///
/// 1. ``submit(_:reply:)`` puts a command in the mailbox; the writer's thread takes all that waits into one
///    transaction, one COMMIT, one fsync, then tells the sink and the callbacks.
/// 2. ``read(_:reply:)`` goes to one of the readers' threads, each with a read-only connection, several reads a
///    snapshot.
/// 3. Between batches the writer brings the search index up to date, does long chores in slices, and carries the
///    write-ahead log into the file.
public final class SQLiteChatStore: ChatStore {
    static let behind = ChatError(.unavailable, "The server is behind; try again.", retryAfter: .seconds(1))
    static let lost = ChatError(.unavailable, "The database is not there any more.", retryAfter: .seconds(5))

    let writer: WriterThread
    private let mailbox: Mailbox
    private let readerQueue: ReaderQueue
    private let readers: [ReaderThread]
    let file: DatabaseFile
    private let closed = Mutex(false)

    public let epoch: UInt64
    /// The directory it lies in.
    public let directory: String

    /// Opens the database in `directory`, or makes both.
    ///
    /// - Throws: ``StoreOpenError``.
    public init(directory: String, policy: ChatPolicy = ChatPolicy(), options: SQLiteStoreOptions = .init()) throws {
        let opening = try StoreOpening(directory: directory, policy: policy, options: options)
        self.directory = directory
        file = opening.file
        epoch = opening.facts.epoch
        mailbox = opening.mailbox
        writer = opening.writer
        readerQueue = opening.readerQueue
        readers = opening.readers
    }

    public func start(sink: any CommitSink) throws { writer.start(sink) }

    public var revision: Revision { writer.revision }

    public func submit(_ command: Command, reply: ReplyTo) {
        guard let refusal = mailbox.put(Mailbox.Job(command: command, reply: reply)) else { return }
        let error =
            switch refusal {
            case .full: Self.behind
            case .closed: ChatError(.unavailable, "The server is stopping.", retryAfter: .seconds(5))
            }
        writer.refuse(reply, error)
    }

    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (any ChatReadView) throws -> Value,
        reply: @escaping @Sendable (Result<Value, ChatError>) -> Void
    ) {
        let taken = readerQueue.put { view in
            reply(
                view.flatMap { view in
                    Result { try body(view) }.mapError { error in
                        if !(error is ChatError) {
                            Log.store.error("A read failed", metadata: ["parley.error": "\(error)"])
                        }
                        return StorageFailure.chatError(error)
                    }
                })
        }
        if !taken { reply(.failure(ChatError(.unavailable, "The server is behind or stopping."))) }
    }

    /// Blocks until everything accepted is done and the file is closed.
    public func close() throws { try close(by: StopDeadline(within: .seconds(9))) }

    /// The same.
    ///
    /// - Parameter deadline: until when it may wait for what it can do without: long commands, which are refused then;
    ///   the search index, which is gone on with at the next start; other programs that hold the file open.
    public func close(by deadline: StopDeadline) throws {
        let first = closed.withLock { closed in
            defer { closed = true }
            return !closed
        }
        guard first else { return }
        readerQueue.close()
        readers.forEach { $0.join() }
        writer.stop(by: deadline)
        mailbox.close()
        try writer.join()
        file.release()
    }

    /// What it has done so far.
    public var counters: StoreCounters {
        var counters = writer.counters
        counters.waiting = mailbox.count
        return counters
    }
}
