/// Where chats live. An engine implements this protocol and passes the contract suite of `ChatCoreTestKit`.
///
/// Writes go to one writer that takes all that waits into one transaction; reads run beside it, each on a snapshot.
public protocol ChatStore: Sendable {
    /// Begins to take commands; `sink` hears of every commit from now on. Called once.
    func start(sink: any CommitSink) throws

    /// Puts a command in the writer's mailbox and returns at once. Callable from any thread; the order of the calls of
    /// one thread is the order of their effects. Always replied to: after the commit, or with an error
    /// (`unavailable`, when the mailbox is full or the store is closed).
    func submit(_ command: Command, reply: ReplyTo)

    /// Runs `body` on a reader's thread with a snapshot that holds everything committed before the call, and gives the
    /// result to `reply` on that thread. An error that is no ``ChatError`` arrives as `internal`.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any ChatReadView) throws -> Value,
        reply: @escaping @Sendable (Result<Value, ChatError>) -> Void)

    /// The newest committed revision.
    var revision: Revision { get }

    /// The run that issues offsets now: random, noted in the file at each start.
    var epoch: UInt64 { get }

    /// Finishes what was accepted, and closes. Blocks until done; later commands are answered `unavailable`.
    func close() throws
}

extension ChatStore {
    /// ``submit(_:reply:)`` for callers that can wait.
    ///
    /// - Throws: ``ChatError``.
    public func perform(_ command: Command) async throws -> Outcome {
        try await withCheckedThrowingContinuation { continuation in
            submit(command, reply: .callback { continuation.resume(with: $0.mapError { $0 as any Error }) })
        }
    }

    /// ``read(_:reply:)`` for callers that can wait.
    ///
    /// - Throws: ``ChatError``.
    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (any ChatReadView) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            read(body) { continuation.resume(with: $0.mapError { $0 as any Error }) }
        }
    }
}

/// Where the answer of a command goes.
public enum ReplyTo: Sendable {
    case nobody
    /// Left to the ``CommitSink``, which knows the asker: acks leave together with the changes of their commit.
    case asker(any Asker, tag: UInt64)
    /// Called on the writer's thread after the sink heard of the commit; must be short.
    case callback(@Sendable (Result<Outcome, ChatError>) -> Void)
}

/// Somebody who asks for changes and is answered by the sink: a socket.
public protocol Asker: AnyObject, Sendable {}

/// What one commit did, in the order it was done.
public struct CommittedBatch: Sendable {
    public struct Entry: Sendable {
        public var reply: ReplyTo
        public var result: Result<Outcome, ChatError>
        /// Empty when the command failed or changed nothing.
        public var changes: [Change]

        public init(reply: ReplyTo, result: Result<Outcome, ChatError>, changes: [Change]) {
            self.reply = reply
            self.result = result
            self.changes = changes
        }
    }

    public var entries: [Entry]
    /// The newest revision in the file after this commit: the offset that covers all its changes.
    public var revision: Revision

    public init(entries: [Entry], revision: Revision) {
        self.entries = entries
        self.revision = revision
    }
}

/// Hears of every commit, in commit order, on the writer's thread, before any callback of it. Must not block.
public protocol CommitSink: Sendable {
    func didCommit(_ batch: CommittedBatch)

    /// Called before the next batch is begun, on the writer's thread: a sink that cannot keep up may hold the writer
    /// here, for a bounded time, while more commands gather.
    func waitUntilTold()
}

extension CommitSink {
    public func waitUntilTold() {}
}
