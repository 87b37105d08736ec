import Foundation
import Synchronization

/// Lines for a descriptor that must never hold up who writes them: the log of a server.
///
/// They wait in a queue of bounded size and are written by a thread of their own, each with one `write(2)`, so that the
/// lines of several processes do not mix. A descriptor that takes nothing (a pipe whose reader sleeps, a terminal that
/// was stopped) fills the queue, and one that cannot be written (the reader has gone, the disk is full) loses the line:
/// both are counted, nothing else comes of it, and what can be written again is.
final class BackgroundWriter: Sendable {
    /// Bytes that may wait: some thousand lines, and the memory that a log reader which sleeps can cost.
    static let limit = 1 << 20

    static let standardError = BackgroundWriter(STDERR_FILENO)
    static let standardOutput = BackgroundWriter(STDOUT_FILENO)

    private struct Entry {
        var text: String
        /// How many lines it is a remark on; 0 for one that is itself counted.
        var remarkOn = 0
    }

    private struct State {
        var waiting: [Entry] = []
        var bytes = 0
        /// Whether the thread has work, or was told of it.
        var isAtWork = false
        var hasThread = false
        /// Lines that were lost and not remarked on yet.
        var unsaid = 0
        /// Who waits for the queue to be empty.
        var flushes = 0
        /// Whether the last write ended within a line, as on a disk that became full.
        var isTorn = false

        mutating func add(_ entry: Entry) {
            waiting.append(entry)
            bytes += entry.text.utf8.count
        }
    }

    private let descriptor: Int32
    private let state = Mutex(State())
    private let lost = Atomic<Int>(0)
    private let work = DispatchSemaphore(value: 0)
    private let idle = DispatchSemaphore(value: 0)

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Lines lost since the start.
    var dropped: Int { lost.load(ordering: .relaxed) }

    /// Hands a line over.
    ///
    /// - Parameter remark: the line that says how many were lost before this one, where some were.
    func write(_ line: String, remark: (Int) -> String? = { _ in nil }) {
        let (wake, begin) = state.withLock { state -> (Bool, Bool) in
            guard state.bytes + line.utf8.count <= Self.limit else {
                state.unsaid += 1
                lost.add(1, ordering: .relaxed)
                return (false, false)
            }
            if state.unsaid > 0, let text = remark(state.unsaid) {
                state.add(Entry(text: text, remarkOn: state.unsaid))
                state.unsaid = 0
            }
            state.add(Entry(text: line))
            defer { (state.isAtWork, state.hasThread) = (true, true) }
            return (!state.isAtWork, !state.hasThread)
        }
        if begin { start() }
        if wake { work.signal() }
    }

    /// Waits until all lines are written, for at most so long: before the process ends.
    func flush(within limit: DispatchTimeInterval = .seconds(1)) {
        let waits = state.withLock { state in
            if state.isAtWork { state.flushes += 1 }
            return state.isAtWork
        }
        if waits { _ = idle.wait(timeout: .now() + limit) }
    }

    private func start() {
        let thread = Thread { [self] in
            while true {
                work.wait()
                while let entries = take() { entries.forEach(put) }
            }
        }
        thread.name = "log"
        thread.start()
    }

    private func take() -> [Entry]? {
        state.withLock { state in
            guard state.waiting.isEmpty else {
                defer { (state.waiting, state.bytes) = ([], 0) }
                return state.waiting
            }
            state.isAtWork = false
            for _ in 0..<state.flushes { idle.signal() }
            state.flushes = 0
            return nil
        }
    }

    private func put(_ entry: Entry) {
        // What comes after half a line begins on a line of its own.
        let text = state.withLock { $0.isTorn } ? "\n" + entry.text : entry.text
        guard let stop = Descriptor.write(text, to: descriptor) else {
            state.withLock { $0.isTorn = false }
            return
        }
        if entry.remarkOn == 0 { lost.add(1, ordering: .relaxed) }
        state.withLock { state in
            // A remark that is lost is made anew.
            state.unsaid += max(1, entry.remarkOn)
            if stop.written > 0 { state.isTorn = true }
        }
    }
}
