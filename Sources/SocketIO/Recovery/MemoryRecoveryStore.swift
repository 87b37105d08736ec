import ByteText
import NIOCore
import Synchronization

/// Keeps sessions and events in memory, for as long as the window, and not more than so many of them.
public final class MemoryRecoveryStore: RecoveryStore {
    private struct State {
        var events = CircularBuffer<(event: RecoverableEvent, at: NIODeadline)>()
        var bytes = 0
        /// The number of the last event that was let go.
        var lost: Int64 = 0
        var sessions: [ByteString: (session: RecoverableSession, at: NIODeadline)] = [:]
        /// In the order of their ends; some may have been taken since.
        var ends = CircularBuffer<(id: ByteString, at: NIODeadline)>()
    }

    private let window: TimeAmount
    private let maxBytes: Int
    private let maxSessions: Int
    private let now: @Sendable () -> NIODeadline
    private let state = Mutex(State())

    /// - Parameters:
    ///   - maxBytes: of events; past it the oldest go, and who missed those begins anew.
    ///   - maxSessions: of clients that are away; past it the oldest go.
    public convenience init(window: Duration, maxBytes: Int = 16 << 20, maxSessions: Int = 10_000) {
        self.init(window: window, maxBytes: maxBytes, maxSessions: maxSessions, now: { .now() })
    }

    package init(
        window: Duration, maxBytes: Int = 16 << 20, maxSessions: Int = 10_000,
        now: @escaping @Sendable () -> NIODeadline
    ) {
        self.window = TimeAmount(window)
        self.maxBytes = maxBytes
        self.maxSessions = maxSessions
        self.now = now
    }

    public func append(_ event: RecoverableEvent) {
        let now = now()
        state.withLock { state in
            state.events.append((event, now))
            state.bytes += event.size
            while let first = state.events.first, first.at + window < now || state.bytes > maxBytes {
                state.events.removeFirst()
                state.bytes -= first.event.size
                state.lost = first.event.number
            }
        }
    }

    public func keep(_ session: RecoverableSession) {
        let now = now()
        state.withLock { state in
            state.sessions[session.privateID] = (session, now)
            state.ends.append((session.privateID, now))
            while let first = state.ends.first, first.at + window < now || state.ends.count > maxSessions {
                state.ends.removeFirst()
                // One that came back and was cut off again has a later end.
                if state.sessions[first.id]?.at == first.at { state.sessions[first.id] = nil }
            }
        }
    }

    public func take(_ privateID: ByteString) -> RecoverableSession? {
        let now = now()
        return state.withLock { state in
            guard let kept = state.sessions.removeValue(forKey: privateID), now <= kept.at + window else { return nil }
            return kept.session
        }
    }

    public func events(after number: Int64, for rooms: Set<ByteString>) -> [RecoverableEvent]? {
        state.withLock { state in
            guard number >= state.lost, number <= state.events.last?.event.number ?? state.lost else { return nil }
            var missed: [RecoverableEvent] = []
            // From the end: who comes back has missed little of it.
            for (event, _) in state.events.reversed() {
                guard event.number > number else { break }
                if event.isFor(rooms) { missed.append(event) }
            }
            return missed.reversed()
        }
    }
}
