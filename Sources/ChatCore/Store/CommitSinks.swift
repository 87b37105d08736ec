/// Several that hear of every commit.
///
/// One of them, the fan-out, sets the writer's pace: the writer waits for it and for nobody else, so the bounded wait
/// that it has is all there ever is. The others are told first (what a commit ends is ended before its ack leaves), on
/// the writer's thread: each has to be done at once. Who may take longer hears through a ``DetachedSink``.
public struct CommitSinks: CommitSink {
    private let pacing: any CommitSink
    private let others: [any CommitSink]

    /// - Parameters:
    ///   - pacing: whom the writer waits for.
    ///   - others: whom it does not wait for.
    public init(pacing: any CommitSink, beside others: [any CommitSink] = []) {
        self.pacing = pacing
        self.others = others
    }

    public func didCommit(_ batch: CommittedBatch) {
        for sink in others { sink.didCommit(batch) }
        pacing.didCommit(batch)
    }

    public func waitUntilTold() { pacing.waitUntilTold() }
}
