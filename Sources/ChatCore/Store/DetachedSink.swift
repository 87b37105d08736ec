import Dispatch
import Synchronization

/// Hears of commits on a thread of its own, as fast as it can. See ``DetachedSink``.
public protocol CommitListener: Sendable {
    /// The changes of a commit, in order, and the newest revision after it.
    func heard(_ changes: [Change], upTo revision: Revision)
    /// Commits up to `revision` were not kept: what they did stands in the feed, to be read from where the listener
    /// last knew everything. What is heard next is later than `revision`.
    func fellBehind(upTo revision: Revision)
}

/// Between the writer and a listener that may be slow.
///
/// 1. A commit that changed something is put in a queue, by reference; the writer's thread does no more than that.
/// 2. The queue is bounded by the text of what is in it. When a commit does not fit, the queue is emptied, and until
///    the listener takes notice nothing is kept but the newest revision: it is told that it fell behind, reads the
///    feed, and hears on from there.
/// 3. The listener is called by one thread at a time, in commit order, and by none while there is nothing.
///
/// With a bound of 0 bytes nothing is ever kept: the listener is only woken, and reads the feed. That is all that a
/// reader with a cursor needs.
public final class DetachedSink: CommitSink {
    private struct Commit {
        /// As the commands of the commit left them: nothing is copied on the writer's thread.
        var changes: [[Change]]
        var revision: Revision
        var weight: Int
    }

    private struct State {
        var waiting: [Commit] = []
        /// Bytes of text in `waiting` and in what the listener has in hand, about.
        var weight = 0
        /// The newest commit that was not kept, since the listener was last told so.
        var lost: Revision?
        /// Whether the queue is at work, or about to be.
        var isAwake = false
    }

    private let state = Mutex(State())
    private let listener: any CommitListener
    private let bytes: Int
    private let queue: DispatchQueue

    /// - Parameters:
    ///   - label: the queue's name, in debuggers.
    ///   - bytes: about how much text of commits may wait; 4 MiB.
    public init(_ listener: any CommitListener, label: String, bytes: Int = 4 << 20) {
        self.listener = listener
        self.bytes = bytes
        queue = DispatchQueue(label: label, qos: .utility)
    }

    public func didCommit(_ batch: CommittedBatch) {
        var changes: [[Change]] = []
        var weight = 0
        for entry in batch.entries where !entry.changes.isEmpty {
            changes.append(entry.changes)
            for change in entry.changes { weight += change.weight }
        }
        guard !changes.isEmpty else { return }
        let wakes = state.withLock { state in
            if state.lost != nil || state.weight + weight > bytes {
                state.weight -= state.waiting.reduce(0) { $0 + $1.weight }
                state.waiting = []
                state.lost = batch.revision
            } else {
                state.waiting.append(Commit(changes: changes, revision: batch.revision, weight: weight))
                state.weight += weight
            }
            defer { state.isAwake = true }
            return !state.isAwake
        }
        if wakes { queue.async { self.tell() } }
    }

    /// About how many bytes of text are kept for the listener, in its hands too.
    public var keptBytes: Int { state.withLock { $0.weight } }

    private func tell() {
        while true {
            let (commits, lost) = state.withLock { state in
                defer { (state.waiting, state.lost) = ([], nil) }
                state.isAwake = !state.waiting.isEmpty || state.lost != nil
                return (state.waiting, state.lost)
            }
            if let lost {
                listener.fellBehind(upTo: lost)
            } else if commits.isEmpty {
                return
            }
            for commit in commits {
                listener.heard(Array(commit.changes.joined()), upTo: commit.revision)
                state.withLock { $0.weight -= commit.weight }
            }
        }
    }
}
