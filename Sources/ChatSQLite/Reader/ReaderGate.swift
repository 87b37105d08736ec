import Foundation
import Synchronization

/// Lets readers in while no checkpoint runs, and a checkpoint while no reader is in.
///
/// Readers hold snapshots for milliseconds. A checkpoint that one of them holds back would leave a main file that never
/// existed, so it shuts the gate, waits for those inside, and opens it afterwards. For a long reader (a backup) it does
/// not wait: it is put off. Who comes in and whether a checkpoint begins is decided under one lock, so that none begins
/// its snapshot between the question and the checkpoint.
final class ReaderGate: @unchecked Sendable {
    // @unchecked because `inside`, `staying` and `shut` are guarded by the condition's lock.
    private let condition = NSCondition()
    private var inside = 0
    private var staying = 0
    private var shut = false
    /// The same, to be looked at between two reads without the lock.
    private let isWanted = Atomic(false)

    /// Whether a checkpoint waits for those inside: who has more to read goes out and comes in again behind it, so that
    /// it waits for one read at most.
    var isAwaited: Bool { isWanted.load(ordering: .relaxed) }

    /// A reader comes in; waits while the gate is shut.
    func enter() {
        condition.lock()
        while shut { condition.wait() }
        inside += 1
        condition.unlock()
    }

    func leave() {
        condition.lock()
        inside -= 1
        if inside == 0 { condition.broadcast() }
        condition.unlock()
    }

    /// Keeps checkpoints away while `body` reads for long, with a connection of its own; waits for one that runs.
    func withLongReader<Result>(_ body: () throws -> Result) rethrows -> Result {
        condition.lock()
        while shut { condition.wait() }
        staying += 1
        condition.unlock()
        defer {
            condition.lock()
            staying -= 1
            condition.unlock()
        }
        return try body()
    }

    var hasLongReaders: Bool {
        condition.lock()
        defer { condition.unlock() }
        return staying > 0
    }

    /// Runs `body` with no reader inside.
    ///
    /// - Parameter inSpite: though a long one is.
    /// - Returns: `nil` when a long reader is inside: `body` was not run.
    func exclusively<Result>(
        inSpiteOfLongReaders inSpite: Bool = false, _ body: () throws -> Result
    ) rethrows -> Result? {
        condition.lock()
        guard staying == 0 || inSpite else {
            condition.unlock()
            return nil
        }
        shut = true
        isWanted.store(true, ordering: .relaxed)
        while inside > 0 { condition.wait() }
        condition.unlock()
        defer {
            condition.lock()
            shut = false
            isWanted.store(false, ordering: .relaxed)
            condition.broadcast()
            condition.unlock()
        }
        return try body()
    }
}
