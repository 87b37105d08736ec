import EngineIO
import NIOCore

/// Closes clients that never enter a namespace. All have the same time, so they run out in the order they came: one
/// queue and at most one timer a loop, whatever the number of connections.
final class ConnectDeadlines {
    private struct Entry {
        weak var client: Client?
        let deadline: NIODeadline
    }

    private let eventLoop: any EventLoop
    private let timeout: TimeAmount
    private var queue: CircularBuffer<Entry> = CircularBuffer()
    private var timerIsSet = false

    init(eventLoop: any EventLoop, timeout: TimeAmount) {
        self.eventLoop = eventLoop
        self.timeout = timeout
    }

    func add(_ client: Client) {
        queue.append(Entry(client: client, deadline: .now() + timeout))
        setTimer()
    }

    private func setTimer() {
        guard !timerIsSet, let first = queue.first else { return }
        timerIsSet = true
        eventLoop.assumeIsolated().scheduleTask(deadline: first.deadline) {
            self.timerIsSet = false
            self.expire(now: .now())
            self.setTimer()
        }
    }

    private func expire(now: NIODeadline) {
        while let first = queue.first, first.deadline <= now {
            queue.removeFirst()
            if let client = first.client, client.isIdle { client.session.close(.forcedClose) }
        }
    }
}

@available(*, unavailable)
extension ConnectDeadlines: Sendable {}
