import Foundation
import Testing

@testable import ChatSQLite

@Suite("The gate between readers and checkpoints")
struct ReaderGateTests {
    @Test("While a long reader is inside no checkpoint runs, unless it is forced")
    func longReader() {
        let gate = ReaderGate()
        #expect(gate.exclusively { 1 } == 1)
        gate.withLongReader {
            #expect(gate.hasLongReaders)
            #expect(gate.exclusively { 1 } == nil)
            #expect(gate.exclusively(inSpiteOfLongReaders: true) { 1 } == 1)
        }
        #expect(!gate.hasLongReaders)
        #expect(gate.exclusively { 1 } == 1)
    }

    @Test("Those inside see that a checkpoint waits for them, and only then")
    func awaited() {
        let gate = ReaderGate()
        #expect(!gate.isAwaited)
        gate.enter()
        let done = DispatchSemaphore(value: 0)
        Thread {
            _ = gate.exclusively {}
            done.signal()
        }.start()
        while !gate.isAwaited { sched_yield() }
        gate.leave()
        done.wait()
        #expect(!gate.isAwaited)
    }

    @Test("A long reader that comes while a checkpoint runs begins after it")
    func comesMeanwhile() {
        let gate = ReaderGate()
        let (order, came, done) = (Order(), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        _ = gate.exclusively {
            Thread {
                came.signal()
                gate.withLongReader { order.add("reader") }
                done.signal()
            }.start()
            came.wait()
            order.add("checkpoint")
        }
        done.wait()
        #expect(order.all == ["checkpoint", "reader"])
    }
}

/// What happened, in order; for several threads.
private final class Order: @unchecked Sendable {
    // @unchecked because `names` is guarded by the lock.
    private let lock = NSLock()
    private var names: [String] = []

    func add(_ name: String) { lock.withLock { names.append(name) } }

    var all: [String] { lock.withLock { names } }
}
