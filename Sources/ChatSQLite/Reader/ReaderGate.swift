import Foundation

/// Lets readers in while no checkpoint runs, and a checkpoint while no reader is in.
///
/// Readers hold snapshots for milliseconds. A checkpoint that one of them holds back would leave a main file that never
/// existed, so it shuts the gate, waits for those inside, and opens it afterwards.
final class ReaderGate: @unchecked Sendable {
    // @unchecked because `inside` and `shut` are guarded by the condition's lock.
    private let condition = NSCondition()
    private var inside = 0
    private var shut = false

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

    /// Runs `body` with no reader inside.
    func exclusively<Result>(_ body: () throws -> Result) rethrows -> Result {
        condition.lock()
        shut = true
        while inside > 0 { condition.wait() }
        condition.unlock()
        defer {
            condition.lock()
            shut = false
            condition.broadcast()
            condition.unlock()
        }
        return try body()
    }
}
