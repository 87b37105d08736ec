import ChatCore
import NIOCore
import Testing

@testable import ChatGateway

@Suite("Who types where")
struct TypingMachineTests {
    private final class Socket {}

    private let card = UserCard(id: UserID("alice"), username: "alice", displayName: nil, avatarURL: nil)
    private let chat = ChatID("c")
    private let phone = Socket()
    private let desk = Socket()
    private let machine = Held(TypingMachine(timeout: .seconds(6)))

    private func at(_ milliseconds: Int64) -> NIODeadline { .uptimeNanoseconds(1 << 40) + .milliseconds(milliseconds) }

    private func start(_ milliseconds: Int64, by socket: Socket? = nil) -> Bool {
        machine.it.start(card, in: chat, by: ObjectIdentifier(socket ?? phone), now: at(milliseconds))?.starts == true
    }

    private func stop(_ milliseconds: Int64) -> Bool {
        machine.it.stop(card.id, in: chat, now: at(milliseconds))?.starts == false
    }

    @Test("A start and its stop are told at once")
    func startStop() {
        #expect(start(0))
        #expect(stop(10))
        #expect(!stop(20))
    }

    @Test("A repeated start only prolongs, and is told again once a second")
    func repeated() {
        #expect(start(0))
        #expect(!start(100))
        #expect(!start(999))
        #expect(start(1000))
        #expect(machine.it.tick(now: at(6900)).isEmpty)
        #expect(machine.it.tick(now: at(7000)).map(\.starts) == [false])
    }

    @Test("The sockets of a user share it: one more that types tells nobody, and any stops it")
    func shared() {
        #expect(start(0, by: phone))
        #expect(!start(10, by: desk))
        #expect(stop(20))
    }

    @Test("The end of a socket ends only what it began last")
    func holder() {
        #expect(start(0, by: phone))
        _ = start(10, by: desk)
        func gone(_ socket: Socket, _ milliseconds: Int64) -> [Bool] {
            machine.it.stop(card.id, in: [chat], heldBy: ObjectIdentifier(socket), now: at(milliseconds)).map(\.starts)
        }
        #expect(gone(phone, 20) == [])
        #expect(gone(desk, 30) == [false])
    }

    @Test("A flood of starts and stops is told a few times, then twice a second at the ticks, and ends as it is")
    func flood() {
        var told = 0
        for millisecond in Int64(0)..<10_000 {
            if start(millisecond) { told += 1 }
            if stop(millisecond) { told += 1 }
            if millisecond.isMultiple(of: 250) { told += machine.it.tick(now: at(millisecond)).count }
        }
        #expect(told <= 6 + 2 * 10)
        _ = start(10_000)
        for tick in 0..<8 {
            for news in machine.it.tick(now: at(10_000 + Int64(tick) * 250)) { #expect(news.starts) }
        }
        #expect(stop(12_001))
    }

    @Test("Who is no member any more is not told of, and nothing is kept once all is said")
    func forgets() {
        #expect(start(0))
        #expect(machine.it.forget(card.id, in: chat)?.starts == false, "they are shown as typing for ever")
        #expect(machine.it.forget(card.id, in: chat) == nil)
        #expect(!stop(10))
        #expect(machine.it.isEmpty)
        #expect(start(20))
        #expect(stop(30))
        #expect(machine.it.tick(now: at(5000)).isEmpty)
        #expect(machine.it.isEmpty)
    }
}
