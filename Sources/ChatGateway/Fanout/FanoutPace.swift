import Foundation
import Synchronization

/// Keeps the writer in step with the event loops: it begins the next batch when the loops have written the one before.
///
/// Without it a writer that is faster than the loops (fan-out to large rooms) commits batch after batch of a message or
/// two, each with its own fsync, and they queue up at the loops. Waiting costs no throughput, since what the loops
/// cannot send nobody gets any sooner; meanwhile more commands gather, so batches grow, and with them what is joined
/// into one write a connection. It is bounded: a loop that hangs in something long does not stop the writer.
final class FanoutPace: Sendable {
    /// The longest that one batch waits for the loops.
    private let limit: DispatchTimeInterval

    private struct State {
        var untold = 0
        var isWaiting = false
    }

    private let state = Mutex(State())
    private let allTold = DispatchSemaphore(value: 0)

    init(limit: DispatchTimeInterval = .milliseconds(20)) { self.limit = limit }

    /// A batch is given to so many loops. On any thread.
    func tells(_ loops: Int) { state.withLock { $0.untold += loops } }

    /// One loop is through with a batch. On any thread.
    func told() {
        let wake = state.withLock { state in
            state.untold -= 1
            guard state.untold <= 0, state.isWaiting else { return false }
            state.isWaiting = false
            return true
        }
        if wake { allTold.signal() }
    }

    /// Waits until every batch is told, or the limit is over. On the writer's thread only.
    ///
    /// - Returns: whether all is told.
    @discardableResult
    func wait() -> Bool {
        let mustWait = state.withLock { state in
            state.isWaiting = state.untold > 0
            return state.isWaiting
        }
        guard mustWait else { return true }
        if allTold.wait(timeout: .now() + limit) == .success { return true }
        let signalled = state.withLock { state in
            defer { state.isWaiting = false }
            return !state.isWaiting
        }
        // The last loop was through just then: its signal must not be left for the next wait.
        if signalled { allTold.wait() }
        return signalled
    }
}
