import ChatCore
import Foundation
import Synchronization

/// Where reads wait for a reader's thread. Bounded.
///
/// To wake a thread costs as much as a short read, and many reads come together: so one thread is woken at a time, and
/// wakes the next if there is more than its share when it looks.
final class ReaderQueue: @unchecked Sendable {
    // @unchecked because everything mutable is guarded by the condition's lock.
    typealias Job = @Sendable (Result<SQLiteReadView, ChatError>) -> Void

    private let condition = NSCondition()
    private var jobs: [Job] = []
    private var taken = 0
    private var closed = false
    private let hasClosed = Atomic(false)
    private var sleeping = 0
    /// One that sleeps was told to look, and has not yet.
    private var isWaking = false
    private let capacity: Int
    private let readers: Int

    init(capacity: Int, readers: Int) {
        self.capacity = capacity
        self.readers = readers
    }

    /// Whether the job was taken in; if not it is never run.
    func put(_ job: @escaping Job) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard !closed, jobs.count - taken < capacity else { return false }
        jobs.append(job)
        wakeOne()
        return true
    }

    /// A share of what waits, for one snapshot; waits for the first. `nil` once closed and empty.
    ///
    /// - Parameter patience: seconds after which it gives up waiting and returns none; `nil`: it waits.
    func take(patience: TimeInterval? = nil) -> ArraySlice<Job>? {
        let limit = patience.map { Date(timeIntervalSinceNow: $0) }
        condition.lock()
        defer { condition.unlock() }
        while jobs.count == taken {
            if closed { return nil }
            let isOver = !sleep(until: limit)
            if isOver, jobs.count == taken, !closed { return [] }
        }
        let waiting = jobs.count - taken
        let share = jobs[taken..<(taken + min(32, max(1, waiting / readers)))]
        taken += share.count
        if taken == jobs.count {
            jobs.removeAll(keepingCapacity: jobs.count < 1024)
            taken = 0
        } else if taken > 4096 {
            jobs.removeFirst(taken)
            taken = 0
        }
        if jobs.count > taken { wakeOne() }
        return share
    }

    /// - Returns: `false` when the time is over.
    private func sleep(until limit: Date?) -> Bool {
        sleeping += 1
        defer {
            sleeping -= 1
            isWaking = false
        }
        if let limit { return condition.wait(until: limit) }
        condition.wait()
        return true
    }

    private func wakeOne() {
        guard sleeping > 0, !isWaking else { return }
        isWaking = true
        condition.signal()
    }

    /// May be asked at any time, without the lock.
    var isClosed: Bool { hasClosed.load(ordering: .relaxed) }

    /// Reads that wait or run come to their end at once, as errors.
    func close() {
        hasClosed.store(true, ordering: .relaxed)
        condition.lock()
        closed = true
        condition.broadcast()
        condition.unlock()
    }
}
