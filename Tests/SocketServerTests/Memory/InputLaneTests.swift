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

        init(_ name: String, lane: InputLane, cost: InputCost, turns: Int, log: Log) {
            (self.name, self.lane, self.cost, self.turns, self.log) = (name, lane, cost, turns, log)
        }

        func laneTurn() {
            log.entries.append(name)
            lane.spend(cost)
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
