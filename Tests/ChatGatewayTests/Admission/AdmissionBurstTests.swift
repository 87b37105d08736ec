import ChatCore
import NIOEmbedded
import Synchronization
import Testing

@testable import ChatGateway

@Suite("Bursts of lookups")
struct AdmissionBurstTests {
    /// What was sent to the store, and how to say that it is done.
    private final class Store: Sendable {
        private struct State {
            var bursts: [[String]] = []
            var done: [@Sendable () -> Void] = []
        }

        private let state = Mutex(State())

        var bursts: [[String]] { state.withLock { $0.bursts } }

        func lookUp(_ applicants: [Applicant], _ done: @escaping @Sendable () -> Void) {
            state.withLock { state in
                state.bursts.append(applicants.map(\.token.userID.rawValue))
                state.done.append(done)
            }
        }

        func finish() throws {
            let done = try #require(state.withLock { $0.done.popLast() })
            done()
        }
    }

    private let eventLoop = EmbeddedEventLoop()
    private let store = Store()

    private func add(_ numbers: ClosedRange<Int>, to burst: AdmissionBurst) {
        for number in numbers {
            let token = VerifiedToken(
                userID: UserID("\(number)"), expiresAt: Timestamp(milliseconds: 0),
                facts: TokenFacts(id: nil, issuedAt: nil))
            burst.add(Applicant(token: token, signIn: nil, comeback: nil) { _ in }, lookUp: store.lookUp)
        }
    }

    @Test("Those of a turn go together; who comes while they are away goes with the next; and again after a pause")
    func together() throws {
        let burst = AdmissionBurst(eventLoop: eventLoop)
        add(1...2, to: burst)
        #expect(store.bursts.isEmpty)
        eventLoop.run()
        #expect(store.bursts == [["1", "2"]])

        add(3...3, to: burst)
        eventLoop.run()
        add(4...4, to: burst)
        eventLoop.run()
        #expect(store.bursts.count == 1)
        try store.finish()
        eventLoop.run()
        #expect(store.bursts == [["1", "2"], ["3", "4"]])

        try store.finish()
        eventLoop.run()
        #expect(store.bursts.count == 2)
        add(5...5, to: burst)
        eventLoop.run()
        #expect(store.bursts.last == ["5"])
    }

    @Test("More than 64 go in several visits, one after the other, in order")
    func many() throws {
        let burst = AdmissionBurst(eventLoop: eventLoop)
        add(1...150, to: burst)
        for _ in 0..<3 {
            eventLoop.run()
            try store.finish()
        }
        eventLoop.run()
        #expect(store.bursts.map(\.count) == [64, 64, 22])
        #expect(store.bursts.flatMap(\.self) == (1...150).map(String.init))
    }
}
