import ChatCore
import Testing

@testable import ChatGateway

@Suite("The rates of a user")
struct LiveUserTests {
    private let second: Int64 = 1_000_000_000

    private func directory(messages: Int = 20, events: Int = 100) -> LiveSessionsDirectory {
        var configuration = GatewayConfiguration()
        configuration.messageRate = messages
        configuration.eventRate = events
        return LiveSessionsDirectory(configuration: configuration)
    }

    @Test("Sockets that come in one burst share one bucket, before any of them is a session")
    func oneBurst() {
        let directory = directory()
        let users = (0..<20).map { _ in directory.user(UserID("u"), now: 0) }
        var passed = 0
        for user in users { for _ in 0..<10 where user.takeMessage(now: 0) == nil { passed += 1 } }
        #expect(passed == 60)
    }

    @Test("Who leaves and comes back at once has spent what was spent")
    func reconnect() {
        let directory = directory()
        for _ in 0..<60 { #expect(directory.user(UserID("u"), now: 0).takeMessage(now: 0) == nil) }
        #expect(directory.user(UserID("u"), now: 0).takeMessage(now: 0) != nil)
        #expect(directory.user(UserID("v"), now: 0).takeMessage(now: 0) == nil)
    }

    @Test("Events are paid by all sockets of the user together")
    func events() {
        let directory = directory()
        #expect(directory.user(UserID("u"), now: 0).takeEvent(300, now: 0) == nil)
        #expect(directory.user(UserID("u"), now: 0).takeEvent(1, now: 0) == .milliseconds(10))
    }

    @Test("Users whose rates are rested are forgotten; those who owe something are not")
    func bounded() {
        let directory = directory()
        directory.user(UserID("debtor"), now: 0).chargeEvent(1_000_000, now: 0)
        for number in 0..<5000 { _ = directory.user(UserID("\(number)"), now: 10 * second) }
        #expect(directory.userCount <= 1002)
        #expect(directory.user(UserID("debtor"), now: 10 * second).takeEvent(1, now: 10 * second) != nil)
    }
}
