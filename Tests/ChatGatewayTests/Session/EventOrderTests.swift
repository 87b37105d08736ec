import ByteText
import SocketIO
import Testing

@testable import ChatGateway

@Suite struct EventOrderTests {
    private func event(_ name: String) -> ReceivedEvent {
        ReceivedEvent(name: ByteString(name), arguments: [], ackID: nil)
    }

    /// Plays events through the machine: names beginning with `w` are writes, the others reads.
    private struct Player {
        var order = EventOrder()
        var started: [String] = []

        mutating func arrive(_ event: ReceivedEvent) {
            if case .run(let event) = order.arrive(event) { run(event) }
        }

        mutating func run(_ event: ReceivedEvent) {
            if event.name.starts(with: "w") {
                order.writeStarted()
                started.append(event.name.string)
            } else if order.readMayStart(event) {
                started.append(event.name.string)
            }
        }

        mutating func runWaiting() { while let next = order.next() { run(next) } }
    }

    @Test("Nothing runs before the session is live, then everything in the order it came")
    func opensInOrder() {
        var player = Player()
        player.arrive(event("w1"))
        player.arrive(event("w2"))
        #expect(player.started.isEmpty)
        player.order.open()
        player.runWaiting()
        #expect(player.started == ["w1", "w2"])
    }

    @Test("Writes do not wait for one another")
    func writesFlow() {
        var player = Player()
        player.order.open()
        for number in 1...3 { player.arrive(event("w\(number)")) }
        #expect(player.started == ["w1", "w2", "w3"])
    }

    @Test("A read waits for every write before it")
    func readAfterWrites() {
        var player = Player()
        player.order.open()
        player.arrive(event("w1"))
        player.arrive(event("w2"))
        player.arrive(event("r1"))
        #expect(player.started == ["w1", "w2"])
        player.order.writeFinished()
        player.runWaiting()
        #expect(player.started == ["w1", "w2"])
        player.order.writeFinished()
        player.runWaiting()
        #expect(player.started == ["w1", "w2", "r1"])
    }

    @Test("A write does not overtake a read that came before it")
    func writeAfterRead() {
        var player = Player()
        player.order.open()
        player.arrive(event("r1"))
        player.arrive(event("w1"))
        player.arrive(event("r2"))
        #expect(player.started == ["r1"])
        player.order.stepFinished()
        player.runWaiting()
        #expect(player.started == ["r1", "w1"])
        player.order.writeFinished()
        player.runWaiting()
        #expect(player.started == ["r1", "w1", "r2"])
    }

    @Test("What waits is bounded")
    func bounded() {
        var order = EventOrder()
        for _ in 0..<EventOrder.limit {
            guard case .waits = order.arrive(event("w")) else {
                Issue.record("refused too early")
                return
            }
        }
        guard case .overflow = order.arrive(event("w")) else {
            Issue.record("took more than the limit")
            return
        }
    }

    @Test("Nothing runs while the client has answers to take, and then everything in the order it came")
    func pauses() {
        var player = Player()
        player.order.open()
        player.arrive(event("r1"))
        player.order.isPaused = true
        player.order.stepFinished()
        player.arrive(event("w1"))
        player.arrive(event("r2"))
        player.runWaiting()
        #expect(player.started == ["r1"])
        player.order.isPaused = false
        player.runWaiting()
        #expect(player.started == ["r1", "w1"])
        player.order.writeFinished()
        player.runWaiting()
        #expect(player.started == ["r1", "w1", "r2"])
    }
}
