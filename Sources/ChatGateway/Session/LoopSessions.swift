import ChatCore
import NIOCore

/// The sessions of one event loop, looked at once a second for what runs out: one timer a loop, none a connection, and
/// none at all while nobody is there.
final class LoopSessions {
    private let eventLoop: any EventLoop
    private var sessions: [ObjectIdentifier: ChatSession] = [:]
    private var timerIsSet = false

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func add(_ session: ChatSession) {
        sessions[ObjectIdentifier(session)] = session
        setTimer()
    }

    func remove(_ session: ChatSession) { sessions.removeValue(forKey: ObjectIdentifier(session)) }

    private func setTimer() {
        guard !timerIsSet, !sessions.isEmpty else { return }
        timerIsSet = true
        eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { () -> Void in
            self.timerIsSet = false
            let now = Timestamp.now()
            let monotonic = NIODeadline.now()
            for session in self.sessions.values { session.check(now: now, monotonic: monotonic) }
            self.setTimer()
        }
    }
}

@available(*, unavailable)
extension LoopSessions: Sendable {}
