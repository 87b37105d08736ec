import ByteText
import NIOCore
import SocketServer
import Synchronization

/// Which session has which id, and on which loop it lives. Held for look-ups only.
final class EngineDirectory: Sendable {
    struct Entry: Sendable {
        let eventLoop: any EventLoop
        let session: NIOLoopBound<EngineSession>
        /// The session's place among those whom nobody vouches for, where it has one of its own.
        let stranger: Stranger?
    }

    private let entries = Mutex<[ByteString: Entry]>([:])
    private let loops = Mutex<[ObjectIdentifier: NIOLoopBound<EngineLoop>]>([:])

    var count: Int { entries.withLock { $0.count } }

    func entry(of id: ByteString) -> Entry? { entries.withLock { $0[id] } }

    func add(_ session: EngineSession) {
        let entry = Entry(
            eventLoop: session.eventLoop, session: NIOLoopBound(session, eventLoop: session.eventLoop),
            stranger: session.stranger)
        entries.withLock { $0[ByteString(session.id)] = entry }
    }

    func remove(_ id: String) {
        // Released outside the lock: a session's end may run code of others.
        let entry = entries.withLock { $0.removeValue(forKey: ByteString(id)) }
        withExtendedLifetime(entry) {}
    }

    func all() -> [Entry] { entries.withLock { Array($0.values) } }

    /// The shared timers of `eventLoop`. Called on it.
    func loop(_ eventLoop: any EventLoop, configuration: EngineConfiguration) -> EngineLoop {
        eventLoop.preconditionInEventLoop()
        let key = ObjectIdentifier(eventLoop)
        if let existing = loops.withLock({ $0[key] }) { return existing.value }
        let made = EngineLoop(eventLoop: eventLoop, configuration: configuration)
        let bound = NIOLoopBound(made, eventLoop: eventLoop)
        loops.withLock { $0[key] = bound }
        return made
    }
}
