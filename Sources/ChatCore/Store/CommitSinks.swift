/// Several that hear of every commit, one after the other.
public struct CommitSinks: CommitSink {
    private let sinks: [any CommitSink]

    public init(_ sinks: [any CommitSink]) { self.sinks = sinks }

    public func didCommit(_ batch: CommittedBatch) {
        for sink in sinks { sink.didCommit(batch) }
    }

    public func waitUntilTold() {
        for sink in sinks { sink.waitUntilTold() }
    }
}
