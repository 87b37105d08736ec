import JSON
import NIOCore

/// Why an acknowledgement did not come.
public enum AckError: Error, Sendable, Hashable {
    case timedOut
    case disconnected
}

/// Events that wait for a client's answer. Made for a socket with its first one; bound to its loop.
final class PendingAcks {
    typealias Answer = (Result<[JSONValue], AckError>) -> Void

    private struct Entry {
        let answer: Answer
        let timer: Scheduled<Void>?
    }

    private let eventLoop: any EventLoop
    private var entries: [Int: Entry] = [:]
    private var nextID = 0

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// - Returns: the ack id to send.
    func add(timeout: Duration, _ answer: @escaping Answer) -> Int {
        let id = nextID
        nextID += 1
        let timer = eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(timeout)) { () -> Void in
            self.entries.removeValue(forKey: id)?.answer(.failure(.timedOut))
        }
        entries[id] = Entry(answer: answer, timer: timer)
        return id
    }

    /// One of a broadcast, which has an id of its own and looks to the time itself.
    func add(_ id: Int, _ answer: @escaping Answer) { entries[id] = Entry(answer: answer, timer: nil) }

    /// Nobody waits for it any more.
    func remove(_ id: Int) { entries.removeValue(forKey: id)?.timer?.cancel() }

    /// Whether somebody waits for the answer of that id.
    func contains(_ id: Int) -> Bool { entries[id] != nil }

    /// An id that nobody waits for is ignored: it came too late.
    func resolve(_ id: Int, with arguments: [JSONValue]) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        entry.timer?.cancel()
        entry.answer(.success(arguments))
    }

    func failAll() {
        let left = entries.values
        entries = [:]
        for entry in left {
            entry.timer?.cancel()
            entry.answer(.failure(.disconnected))
        }
    }
}

@available(*, unavailable)
extension PendingAcks: Sendable {}
