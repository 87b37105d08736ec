import ChatCore
import Synchronization

/// A sink that keeps every batch it heard of.
public final class RecordingSink: CommitSink {
    private let kept = Mutex<[CommittedBatch]>([])

    public init() {}

    public func didCommit(_ batch: CommittedBatch) { kept.withLock { $0.append(batch) } }

    public var batches: [CommittedBatch] { kept.withLock { $0 } }

    /// All changes told so far, in order.
    public var changes: [Change] { batches.flatMap { $0.entries.flatMap(\.changes) } }

    /// The changes told since the last call of this or of ``forget()``.
    public func newChanges() -> [Change] {
        kept.withLock { batches in
            defer { batches = [] }
            return batches.flatMap { $0.entries.flatMap(\.changes) }
        }
    }

    public func forget() { kept.withLock { $0 = [] } }
}
