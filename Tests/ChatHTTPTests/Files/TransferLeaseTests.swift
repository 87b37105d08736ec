import ChatCore
import Synchronization
import Testing
import WaitTestKit

@testable import ChatHTTP

@Suite("The right to a transfer", .timeLimit(.minutes(5)))
struct TransferLeaseTests {
    private struct Gone: Error {}

    /// A right that can be taken away, and how often it was looked at.
    private final class Right: Sendable {
        let isThere = Mutex(true)
        let looks = Atomic(0)
        let ends = Atomic(0)

        @Sendable func look() async throws {
            looks.add(1, ordering: .relaxed)
            guard isThere.withLock({ $0 }) else { throw Gone() }
        }

        func ended() { ends.add(1, ordering: .relaxed) }
        var endCount: Int { ends.load(ordering: .relaxed) }
        var lookCount: Int { looks.load(ordering: .relaxed) }
    }

    private static let ann = UserID("ann")
    private static let bob = UserID("bob")
    private static let start = Timestamp(milliseconds: 1_000_000)
    private let now = Held(start)

    private final class Held: Sendable {
        let time: Mutex<Timestamp>
        init(_ time: Timestamp) { self.time = Mutex(time) }
    }

    private var leases: TransferLeases {
        let now = now
        return TransferLeases { now.time.withLock { $0 } }
    }

    private func take(
        _ right: Right, for user: UserID, of leases: TransferLeases, seconds: Int = 60
    ) -> TransferLease {
        leases.take(
            for: user, until: Self.start.advanced(by: .seconds(seconds)), expired: .noToken("over"), look: right.look)
    }

    private static func batch(_ change: Change) -> CommittedBatch {
        CommittedBatch(
            entries: [CommittedBatch.Entry(reply: .nobody, result: .success(.done), changes: [change])],
            revision: Revision(1))
    }

    static let endings: [Change] = [
        .userBlocked(ann), .userDeleted(ann), .tokensRevoked(ann), .tokenRevoked(TokenID("t"), ann),
        .memberRemoved(ChatID("c"), ann), .chatDeleted(ChatID("c"), members: [bob, ann]),
    ]

    @Test(
        "What may end a right has it looked at again, and where it is there no more the transfer ends",
        arguments: endings)
    func commits(change: Change) async throws {
        let (leases, right, other) = (leases, Right(), Right())
        let lease = take(right, for: Self.ann, of: leases)
        let others = take(other, for: UserID("carl"), of: leases)
        lease.whenEnded(right.ended)
        leases.didCommit(Self.batch(change))
        try await until("a look") { right.lookCount == 1 }
        #expect(right.endCount == 0, "it is there still")
        try lease.check()
        right.isThere.withLock { $0 = false }
        leases.didCommit(Self.batch(change))
        try await until("the end") { right.endCount == 1 }
        #expect(throws: Gone.self) { try lease.check() }
        leases.didCommit(Self.batch(change))
        #expect(other.lookCount == 0, "nobody else is looked at")
        try others.check()
        #expect(right.endCount == 1)
    }

    @Test("What ends it before anybody waits for that ends it as soon as somebody does")
    func early() async throws {
        let (leases, right) = (leases, Right())
        let lease = take(right, for: Self.ann, of: leases)
        right.isThere.withLock { $0 = false }
        await #expect(throws: Gone.self) { try await lease.look() }
        lease.whenEnded(right.ended)
        #expect(right.endCount == 1)
    }

    @Test("Its time ends it, and a change of keys has all of them looked at")
    func time() async throws {
        let (leases, short, long) = (leases, Right(), Right())
        let (first, second) = (
            take(short, for: Self.ann, of: leases, seconds: 5), take(long, for: Self.bob, of: leases)
        )
        first.whenEnded(short.ended)
        leases.endExpired()
        #expect(short.endCount == 0)
        now.time.withLock { $0 = Self.start.advanced(by: .seconds(5)) }
        leases.endExpired()
        #expect(short.endCount == 1)
        #expect(throws: HTTPFailure.self) { try first.check() }
        try second.check()
        leases.lookAgain()
        try await until("a look") { long.lookCount == 1 }
        #expect(short.lookCount == 0, "it is over")
    }

    @Test("Nothing is kept of a lease that nobody holds")
    func givenBack() {
        let (leases, right) = (leases, Right())
        var lease: TransferLease? = take(right, for: Self.ann, of: leases)
        lease?.whenEnded(right.ended)
        #expect(leases.held == 1)
        lease = nil
        #expect(leases.held == 0)
        leases.didCommit(Self.batch(.userBlocked(Self.ann)))
        #expect(right.endCount == 0)
    }
}
