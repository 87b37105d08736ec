import NIOCore
import NIOEmbedded
import Testing

@testable import SocketServer

@Suite("Deadline queue")
struct DeadlineQueueTests {
    private final class Owner: DeadlineOwner {
        var reached = 0
        var again: DeadlineQueue?

        func deadlineReached(_ deadline: Deadline) {
            reached += 1
            again?.arm(deadline, owner: self)
        }
    }

    @Test("A deadline is told once, when its time has come")
    func once() {
        let loop = EmbeddedEventLoop()
        let queue = DeadlineQueue(delay: .milliseconds(300), eventLoop: loop)
        let (owner, deadline) = (Owner(), Deadline())
        queue.arm(deadline, owner: owner)
        loop.advanceTime(by: .milliseconds(299))
        #expect(owner.reached == 0)
        #expect(deadline.isArmed)
        loop.advanceTime(by: .milliseconds(1))
        #expect(owner.reached == 1)
        #expect(!deadline.isArmed)
        loop.advanceTime(by: .seconds(10))
        #expect(owner.reached == 1)
    }

    @Test("Disarming the first, a middle and the last leaves the others")
    func disarm() {
        let loop = EmbeddedEventLoop()
        let queue = DeadlineQueue(delay: .seconds(1), eventLoop: loop)
        let owners = (0..<5).map { _ in Owner() }
        let deadlines = (0..<5).map { _ in Deadline() }
        for (owner, deadline) in zip(owners, deadlines) { queue.arm(deadline, owner: owner) }
        for index in [0, 2, 4] { deadlines[index].disarm() }
        loop.advanceTime(by: .seconds(2))
        #expect(owners.map(\.reached) == [0, 1, 0, 1, 0])
        #expect(queue.isEmpty)
    }

    @Test("Arming again moves the deadline, and an owner may arm in its own call")
    func rearm() {
        let loop = EmbeddedEventLoop()
        let queue = DeadlineQueue(delay: .seconds(1), eventLoop: loop)
        let (owner, deadline) = (Owner(), Deadline())
        queue.arm(deadline, owner: owner)
        loop.advanceTime(by: .milliseconds(900))
        queue.arm(deadline, owner: owner)
        loop.advanceTime(by: .milliseconds(900))
        #expect(owner.reached == 0)
        owner.again = queue
        loop.advanceTime(by: .milliseconds(100))
        #expect(owner.reached == 1)
        loop.advanceTime(by: .seconds(1))
        #expect(owner.reached == 2)
        owner.again = nil
        deadline.disarm()
    }

    @Test("A deadline moves from one queue to another")
    func move() {
        let loop = EmbeddedEventLoop()
        let short = DeadlineQueue(delay: .seconds(1), eventLoop: loop)
        let long = DeadlineQueue(delay: .seconds(5), eventLoop: loop)
        let (owner, deadline) = (Owner(), Deadline())
        short.arm(deadline, owner: owner)
        long.arm(deadline, owner: owner)
        loop.advanceTime(by: .seconds(2))
        #expect(owner.reached == 0)
        #expect(short.isEmpty)
        loop.advanceTime(by: .seconds(3))
        #expect(owner.reached == 1)
    }

    @Test("A hundred thousand armed deadlines are let go without a deep recursion")
    func release() {
        let loop = EmbeddedEventLoop()
        var queue: DeadlineQueue? = DeadlineQueue(delay: .seconds(1), eventLoop: loop)
        let owner = Owner()
        for _ in 0..<100_000 { queue?.arm(Deadline(), owner: owner) }
        queue = nil
        loop.advanceTime(by: .seconds(2))
        #expect(owner.reached == 0)
    }

    @Test("Telling all tells each once, also those that are not due")
    func fireAll() {
        let loop = EmbeddedEventLoop()
        let queue = DeadlineQueue(delay: .seconds(1), eventLoop: loop)
        let owners = (0..<3).map { _ in Owner() }
        let deadlines = owners.map { owner in
            let deadline = Deadline()
            queue.arm(deadline, owner: owner)
            return deadline
        }
        queue.fireAll()
        #expect(owners.map(\.reached) == [1, 1, 1])
        #expect(deadlines.allSatisfy { !$0.isArmed })
    }
}
