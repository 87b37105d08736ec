import ChatCore
import Foundation
import Synchronization

/// Where commands wait for the writer. Bounded; any thread puts, one thread takes.
final class Mailbox: Sendable {
    struct Job: Sendable {
        var command: Command
        var reply: ReplyTo
    }

    enum Refusal: Sendable {
        case full, closed
    }

    struct Taken: Sendable {
        var jobs: ArraySlice<Job> = []
        /// Askers whose commands found the mailbox full: told by the writer, so that the sink hears of everything on
        /// one thread. Drained with every batch.
        var refused: [ReplyTo] = []

        var isEmpty: Bool { jobs.isEmpty && refused.isEmpty }
    }

    private struct State: Sendable {
        /// What came since ``due`` was filled.
        var jobs: [Job] = []
        /// What is given out next, in parts; nothing is moved for that. When it is used up, ``jobs`` takes its place.
        var due: ArraySlice<Job> = []
        var refused: [ReplyTo] = []
        var closed = false
        /// Whether the writer sleeps and wants to be woken.
        var sleeping = false

        var count: Int { due.count + jobs.count }
    }

    /// Commands that may wait; past it they are refused.
    let capacity: Int
    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)

    init(capacity: Int) { self.capacity = capacity }

    /// `nil`: taken in, or noted to be refused by the writer.
    func put(_ job: Job) -> Refusal? {
        let (refusal, wake) = state.withLock { state -> (Refusal?, Bool) in
            if state.closed { return (.closed, false) }
            if state.count >= capacity {
                // The writer is awake: it has all these jobs to do.
                guard case .asker = job.reply else { return (.full, false) }
                state.refused.append(job.reply)
                return (nil, false)
            }
            state.jobs.append(job)
            defer { state.sleeping = false }
            return (nil, state.sleeping)
        }
        if wake { wakeUp.signal() }
        return refusal
    }

    /// No more is taken in; what waits is still given out.
    func close() {
        let wake = state.withLock { state in
            state.closed = true
            defer { state.sleeping = false }
            return state.sleeping
        }
        if wake { wakeUp.signal() }
    }

    var count: Int { state.withLock { $0.count } }

    /// What waits longest, at most `limit` of it, in order; waits until there is something, the mailbox was closed, or
    /// `timeout` is over.
    ///
    /// - Returns: `nil` once closed and empty.
    func take(limit: Int, timeout: DispatchTime) -> Taken? {
        while true {
            let (taken, closed) = state.withLock { state -> (Taken, Bool) in
                var taken = Taken()
                swap(&taken.refused, &state.refused)
                if state.due.isEmpty {
                    state.due = state.jobs[...]
                    state.jobs = []
                }
                taken.jobs = state.due.prefix(limit)
                state.due = state.due.count > limit ? state.due.dropFirst(limit) : []
                state.sleeping = taken.isEmpty && !state.closed
                return (taken, state.closed)
            }
            if !taken.isEmpty { return taken }
            if closed { return nil }
            if wakeUp.wait(timeout: timeout) == .timedOut {
                let missed = state.withLock { state in
                    // Somebody may have seen us sleep and be about to signal.
                    defer { state.sleeping = false }
                    return !state.sleeping
                }
                if !missed { return Taken() }
                wakeUp.wait()
            }
        }
    }
}
