import ChatCore
import Synchronization
import Testing

@Suite("The deadline of a stop")
struct StopDeadlineTests {
    /// A clock that the test moves.
    private final class Hand: Sendable {
        let now = Mutex(Duration.zero)
        func move(_ time: Duration) { now.withLock { $0 += time } }
        var clock: StopDeadline.Clock { { self.now.withLock { $0 } } }
    }

    private let hand = Hand()

    @Test("What is left goes down with the clock, and never below nothing")
    func left() {
        let deadline = StopDeadline(within: .seconds(9), clock: hand.clock)
        #expect(deadline.left == .seconds(9))
        hand.move(.seconds(4))
        #expect(deadline.left == .seconds(5) && !deadline.isOver)
        hand.move(.seconds(6))
        #expect(deadline.left == .zero && deadline.isOver)
    }

    @Test("However many waits there are, together they take no more than the deadline", arguments: [1, 3, 20, 1000])
    func sum(waits: Int) {
        let deadline = StopDeadline(within: .seconds(9), clock: hand.clock)
        for _ in 0..<waits {
            let share = deadline.half()
            // Each takes all it may.
            while !share.isOver { hand.move(.milliseconds(1)) }
        }
        #expect(hand.now.withLock { $0 } <= .seconds(9) + .milliseconds(waits))
        #expect(deadline.left <= .seconds(9) / 2)
    }

    @Test("Time that is left to others is theirs, and a wait's own bound does not reach beyond the common one")
    func parts() {
        let deadline = StopDeadline(within: .seconds(9), clock: hand.clock)
        #expect(deadline.sooner(by: .seconds(4)).left == .seconds(5))
        #expect(deadline.within(.seconds(2)).left == .seconds(2))
        hand.move(.seconds(8))
        #expect(deadline.within(.seconds(2)).left == .seconds(1))
        #expect(deadline.sooner(by: .seconds(4)).isOver)
    }
}
