import ChatCore

/// What the store has done since it was opened.
public struct StoreCounters: Sendable, Hashable {
    /// Transactions committed, and the commands in them.
    public var batches = 0
    public var commands = 0
    /// Transactions that failed as a whole (full or failing disk).
    public var failures = 0
    /// Why nothing can be stored, as the last transaction had it; `nil` once one succeeds. It is tried each second.
    public var trouble: StoreTrouble?
    /// Commands in the mailbox now.
    public var waiting = 0
    public var checkpoints = 0
    /// Checkpoints not made because somebody else held the file open.
    public var checkpointsPostponed = 0
    /// Checkpoints made in spite of that, at the log's limit.
    public var checkpointsForced = 0
    /// Parts of long logs that were carried by themselves.
    public var checkpointParts = 0
    /// Checkpoints that could not carry everything, and were repeated.
    public var checkpointsPartial = 0
    /// Bytes of the write-ahead log after the last commit.
    public var logBytes: Int64 = 0

    public init() {}
}
