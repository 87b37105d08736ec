import ChatCore
import Foundation
import Synchronization

/// Where reads wait for a reader's thread. Bounded.
///
/// To wake a thread costs as much as a short read, and many reads come together: so one thread is woken at a time, and
/// wakes the next if there is more than its share when it looks.
///
/// Threads wait by a steady clock. The wall clock is set, and may say anything: Foundation's waits until a date trap
/// where that lies far away.
final class ReaderQueue: Sendable {
    typealias Job = @Sendable (Result<SQLiteReadView, ChatError>) -> Void

    private struct State: Sendable {
        var jobs: [Job] = []
        var taken = 0
        var closed = false
        var sleeping = 0
        /// One that sleeps was told to look, and has not yet.
        var isWaking = false

        /// - Returns: whether one is to be woken.
        mutating func wakesOne() -> Bool {
            guard sleeping > 0, !isWaking else { return false }
            isWaking = true
            return true
        }

        mutating func takeShare(of readers: Int) -> ArraySlice<Job> {
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
            return share
        }
    }

    /// What a thread finds when it looks.
    private enum Look {
        case share(ArraySlice<Job>, wakesOne: Bool)
        case nothing
        case closed
        case sleep
    }

    private let state = Mutex(State())
    private let hasClosed = Atomic(false)
    private let wakeUp = DispatchSemaphore(value: 0)
    private let capacity: Int
    private let readers: Int

    init(capacity: Int, readers: Int) {
        self.capacity = capacity
        self.readers = readers
    }

    /// Whether the job was taken in; if not it is never run.
    func put(_ job: @escaping Job) -> Bool {
        let (isTaken, wakesOne) = state.withLock { state -> (Bool, Bool) in
            guard !state.closed, state.jobs.count - state.taken < capacity else { return (false, false) }
            state.jobs.append(job)
            return (true, state.wakesOne())
        }
        if wakesOne { wakeUp.signal() }
        return isTaken
    }

    /// A share of what waits, for one snapshot; waits for the first. `nil` once closed and empty.
    ///
    /// - Parameter patience: how long it waits before it returns none; `nil`: for ever.
    func take(patience: DispatchTimeInterval? = nil) -> ArraySlice<Job>? {
        let limit = patience.map { DispatchTime.now() + $0 } ?? .distantFuture
        var (hasSlept, isOver) = (false, false)
        while true {
            let look = state.withLock { state -> Look in
                if hasSlept {
                    state.sleeping -= 1
                    state.isWaking = false
                }
                if state.jobs.count > state.taken {
                    let share = state.takeShare(of: readers)
                    return .share(share, wakesOne: state.jobs.count > state.taken && state.wakesOne())
                }
                if state.closed { return .closed }
                if isOver { return .nothing }
                state.sleeping += 1
                return .sleep
            }
            switch look {
            case .share(let share, let wakesOne):
                if wakesOne { wakeUp.signal() }
                return share
            case .nothing: return []
            case .closed: return nil
            case .sleep:
                // Who was told to look just as the time was over is woken once more for nothing.
                isOver = wakeUp.wait(timeout: limit) == .timedOut
                hasSlept = true
            }
        }
    }

    /// May be asked at any time, without the lock.
    var isClosed: Bool { hasClosed.load(ordering: .relaxed) }

    /// Reads that wait or run come to their end at once, as errors.
    func close() {
        hasClosed.store(true, ordering: .relaxed)
        let sleeping = state.withLock { state in
            state.closed = true
            return state.sleeping
        }
        for _ in 0..<sleeping { wakeUp.signal() }
    }
}
