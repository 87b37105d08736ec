import ByteText
import NIOCore
import SocketIO
import Synchronization
import Testing

/// What is kept for clients that are away, with a clock that is moved by hand.
@Suite("What is kept for clients that come back")
struct MemoryRecoveryStoreTests {
    private final class Clock: Sendable {
        let now = Mutex(NIODeadline.uptimeNanoseconds(0))
        func advance(by seconds: Int64) { now.withLock { $0 = $0 + .seconds(seconds) } }
    }

    private let clock = Clock()

    private func store(maxBytes: Int = 1000, maxSessions: Int = 10) -> MemoryRecoveryStore {
        MemoryRecoveryStore(window: .seconds(10), maxBytes: maxBytes, maxSessions: maxSessions) { [clock] in
            clock.now.withLock { $0 }
        }
    }

    private func event(
        _ number: Int64, to rooms: [String] = [], except: [String] = [], size: Int = 10
    ) -> RecoverableEvent {
        RecoverableEvent(
            number: number, name: "e", arguments: [], target: BroadcastTarget(rooms: rooms, except: except), size: size)
    }

    private func session(_ id: String) -> RecoverableSession {
        RecoverableSession(id: id, privateID: ByteString("p" + id), rooms: ["r"], data: SocketData())
    }

    @Test("Events after a number are those for one of the rooms, and for none that is left out")
    func selection() {
        let store = store()
        let targets: [(rooms: [String], except: [String])] = [
            ([], []), (["r"], []), (["x"], []), (["x", "r"], []), ([], ["r"]), (["r"], ["me"]), (["r"], ["you"]),
        ]
        for (index, target) in targets.enumerated() {
            store.append(event(Int64(index + 1), to: target.rooms, except: target.except))
        }
        #expect(store.events(after: 0, for: ["r", "me"])?.map(\.number) == [1, 2, 4, 7])
        #expect(store.events(after: 4, for: ["r", "me"])?.map(\.number) == [7])
        #expect(store.events(after: 7, for: ["r"])?.isEmpty == true)
        #expect(store.events(after: 8, for: ["r"]) == nil)
    }

    @Test("What is older than the window, or more than fits, is not known any more")
    func bounded() {
        let store = store(maxBytes: 100)
        for number in 1...5 { store.append(event(Int64(number))) }
        clock.advance(by: 11)
        store.append(event(6))
        #expect(store.events(after: 5, for: [])?.map(\.number) == [6])
        #expect(store.events(after: 4, for: []) == nil)
        for number in 7...20 { store.append(event(Int64(number))) }
        #expect(store.events(after: 10, for: [])?.count == 10)
        #expect(store.events(after: 9, for: []) == nil)
        store.append(event(21, size: 1000))
        #expect(store.events(after: 20, for: []) == nil)
        #expect(store.events(after: 21, for: [])?.isEmpty == true)
    }

    @Test("A session is taken once, within the window, and the oldest go first")
    func sessions() {
        let store = store(maxSessions: 2)
        store.keep(session("a"))
        #expect(store.take("pa")?.id == "a")
        #expect(store.take("pa") == nil)
        for id in ["a", "b", "c"] { store.keep(session(id)) }
        #expect(store.take("pa") == nil)
        #expect(store.take("pb")?.id == "b")
        clock.advance(by: 10)
        #expect(store.take("pc")?.id == "c")
        store.keep(session("d"))
        clock.advance(by: 11)
        #expect(store.take("pd") == nil)
    }

    @Test("Who was away twice is kept as of the second time")
    func again() {
        let store = store()
        store.keep(session("a"))
        clock.advance(by: 8)
        #expect(store.take("pa") != nil)
        store.keep(session("a"))
        clock.advance(by: 8)
        store.keep(session("b"))
        #expect(store.take("pa")?.id == "a")
    }
}
