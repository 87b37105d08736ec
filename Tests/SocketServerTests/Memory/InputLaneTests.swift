import NIOCore
import NIOEmbedded
import Testing

@testable import SocketServer

@Suite("The line of those who cost much")
struct InputLaneTests {
    private final class User: InputLaneUser {
        let name: String
        let lane: InputLane
        let cost: InputCost
        var turns: Int
        let log: Log
        var inputShare: InputShare

        init(
            _ name: String, lane: InputLane, cost: InputCost, turns: Int, log: Log, share: InputShare = .stranger
        ) {
            (self.name, self.lane, self.cost, self.turns, self.log) = (name, lane, cost, turns, log)
            inputShare = share
        }

        func laneTurn() {
            log.entries.append(name)
            lane.spend(cost, by: self)
            turns -= 1
            if turns > 0 { lane.wait(self) }
        }
    }

    private final class Log { var entries: [String] = [] }

    @Test("They take turns, and all together have a fifth of the time, whatever their number")
    func share() {
        let loop = EmbeddedEventLoop()
        let lane = InputLane(eventLoop: loop)
        let log = Log()
        let cost = InputCost(nanoseconds: 1_000_000)
        for name in ["a", "b", "c"] { lane.wait(User(name, lane: lane, cost: cost, turns: 3, log: log)) }
        loop.advanceTime(by: .nanoseconds(1))
        #expect(log.entries == ["a"])
        loop.advanceTime(by: .milliseconds(4))
        #expect(log.entries == ["a"])
        loop.advanceTime(by: .milliseconds(1))
        #expect(log.entries == ["a", "b"])
        loop.advanceTime(by: .milliseconds(35))
        #expect(log.entries == ["a", "b", "c", "a", "b", "c", "a", "b", "c"])
        #expect(lane.count == 0)
    }

    @Test("Who costs much now and then is not behind those who do nothing else, and not for long one of them")
    func modest() {
        let loop = EmbeddedEventLoop()
        let lane = InputLane(eventLoop: loop)
        let log = Log()
        let cost = InputCost(nanoseconds: 10_000_000)
        for number in 0..<400 {
            lane.wait(User("heavy \(number)", lane: lane, cost: cost, turns: 100, log: log, share: InputShare()))
        }
        // They take little each by now, being so many. They are no less heavy for that.
        loop.advanceTime(by: .seconds(60))
        let user = User("user", lane: lane, cost: cost, turns: 1, log: log, share: InputShare())
        #expect(!lane.isBusy(for: user))
        lane.wait(user)
        log.entries = []
        loop.run()
        #expect(log.entries.first == "user")
        #expect(lane.isBusy(for: user))
        loop.advanceTime(by: .milliseconds(9990))
        #expect(lane.isBusy(for: user))
        loop.advanceTime(by: .milliseconds(10))
        #expect(!lane.isBusy(for: user))
        user.inputShare = .stranger
        #expect(lane.isBusy(for: user))
    }

    @Test("The modest together have no more than a fifth of the time either")
    func manyModest() {
        let loop = EmbeddedEventLoop()
        let lane = InputLane(eventLoop: loop)
        let log = Log()
        for number in 0..<10 {
            let cost = InputCost(nanoseconds: 1_000_000)
            lane.wait(User("\(number)", lane: lane, cost: cost, turns: 1, log: log, share: InputShare()))
        }
        loop.advanceTime(by: .nanoseconds(1))
        #expect(log.entries == ["0"])
        loop.advanceTime(by: .milliseconds(25))
        #expect(log.entries.count == 6)
    }

    @Test("What is light makes nobody wait")
    func light() {
        let loop = EmbeddedEventLoop()
        let lane = InputLane(eventLoop: loop)
        let log = Log()
        for name in ["a", "b", "c"] {
            lane.wait(User(name, lane: lane, cost: InputCost(nanoseconds: 1000), turns: 1, log: log))
        }
        loop.run()
        #expect(log.entries == ["a", "b", "c"])
    }
}
