import JSON
import NIOCore

/// Why an acknowledgement did not come.
public enum AckError: Error, Sendable, Hashable {
    case timedOut
    case disconnected
}

/// Events that wait for a client's answer. Made for a socket with its first one; bound to its loop.
final class PendingAcks {
    private struct Entry {
        let continuation: CheckedContinuation<[JSONValue], any Error>
        let timer: Scheduled<Void>
    }

    private let eventLoop: any EventLoop
    private var entries: [Int: Entry] = [:]
    private var nextID = 0

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// - Returns: the ack id to send.
    func add(_ continuation: CheckedContinuation<[JSONValue], any Error>, timeout: Duration) -> Int {
        let id = nextID
        nextID += 1
        let timer = eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(timeout)) { () -> Void in
            let entry = self.entries.removeValue(forKey: id)
            entry?.continuation.resume(throwing: AckError.timedOut)
        }
        entries[id] = Entry(continuation: continuation, timer: timer)
        return id
    }

    /// Whether somebody waits for the answer of that id.
    func contains(_ id: Int) -> Bool { entries[id] != nil }

    /// An id that nobody waits for is ignored: it came too late.
    func resolve(_ id: Int, with arguments: [JSONValue]) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        entry.timer.cancel()
        entry.continuation.resume(returning: arguments)
    }

    func failAll() {
        for entry in entries.values {
            entry.timer.cancel()
            entry.continuation.resume(throwing: AckError.disconnected)
        }
        entries = [:]
    }
}

@available(*, unavailable)
extension PendingAcks: Sendable {}
