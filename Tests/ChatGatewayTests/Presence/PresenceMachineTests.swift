import ByteText
import ChatCore
import NIOCore
import Testing

@testable import ChatGateway

@Suite struct PresenceMachineTests {
    private let user = UserID("u1")
    private let seen = Timestamp(milliseconds: 1000)

    private func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(UInt64(seconds) * 1_000_000_000) }

    @Test("The first connection makes a user online, further ones are not told")
    func online() {
        var machine = PresenceMachine(grace: .seconds(10))
        machine.connected(user, chats: ["c"], lastSeenAt: nil)
        #expect(machine.tick(now: at(1)) == [.init(user: user, online: true, lastSeenAt: nil, chats: ["c"])])
        machine.connected(user, chats: ["c"], lastSeenAt: nil)
        #expect(machine.tick(now: at(2)).isEmpty)
        machine.disconnected(user, now: at(3), wallClock: seen)
        #expect(machine.tick(now: at(30)).isEmpty)
        #expect(machine.isOnline(user))
    }

    @Test("Offline only after the last socket has been gone for the grace time, with the time it went")
    func grace() {
        var machine = PresenceMachine(grace: .seconds(10))
        machine.connected(user, chats: ["c"], lastSeenAt: nil)
        _ = machine.tick(now: at(1))
        machine.disconnected(user, now: at(2), wallClock: seen)
        #expect(machine.nextDeadline == at(12))
        #expect(machine.tick(now: at(11)).isEmpty)
        #expect(machine.isOnline(user))
        #expect(machine.tick(now: at(12)) == [.init(user: user, online: false, lastSeenAt: seen, chats: ["c"])])
        #expect(!machine.isOnline(user))
        #expect(machine.nextDeadline == nil)
    }

    @Test("Who comes back within the grace was never away")
    func returns() {
        var machine = PresenceMachine(grace: .seconds(10))
        machine.connected(user, chats: [], lastSeenAt: nil)
        _ = machine.tick(now: at(1))
        machine.disconnected(user, now: at(2), wallClock: seen)
        machine.connected(user, chats: [], lastSeenAt: nil)
        #expect(machine.tick(now: at(30)).isEmpty)
        machine.disconnected(user, now: at(31), wallClock: seen)
        #expect(machine.tick(now: at(40)).isEmpty)
        #expect(machine.tick(now: at(41)).count == 1)
    }

    @Test("Users of the last run are online for the grace, and told offline if they do not return")
    func lastRun() {
        var machine = PresenceMachine(grace: .seconds(10))
        let other = UserID("u2")
        machine.wasOnline(user, chats: ["c"], lastSeenAt: seen, now: at(0))
        machine.wasOnline(other, chats: ["c"], lastSeenAt: seen, now: at(0))
        #expect(machine.isOnline(user))
        machine.connected(user, chats: ["c"], lastSeenAt: seen)
        #expect(machine.tick(now: at(10)) == [.init(user: other, online: false, lastSeenAt: seen, chats: ["c"])])
    }

    @Test("Chats that are joined and left change who is told")
    func membership() {
        var machine = PresenceMachine(grace: .seconds(10))
        machine.connected(user, chats: ["a"], lastSeenAt: nil)
        machine.joined(user, chat: "b")
        machine.left(user, chat: "a")
        #expect(machine.tick(now: at(1)).first?.chats == ["b"])
    }
}
