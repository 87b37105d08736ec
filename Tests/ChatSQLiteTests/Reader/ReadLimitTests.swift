import ChatCore
import Synchronization
import Testing

@testable import ChatSQLite

@Suite("The bound of a read")
struct ReadLimitTests {
    private final class World: Sendable {
        let now = Atomic<UInt64>(1_000)
        let isClosing = Atomic(false)
    }

    private let world = World()

    private func limit(of time: UInt64 = 100) -> ReadLimit {
        ReadLimit(
            time: time, clock: { [world] in world.now.load(ordering: .relaxed) },
            isClosing: { [world] in world.isClosing.load(ordering: .relaxed) })
    }

    @Test("A read is over after its time, or at the close; between two reads nothing is")
    func isOver() {
        let limit = limit()
        #expect(!limit.isOver)
        limit.begin()
        #expect(!limit.isOver)
        world.now.store(1_100, ordering: .relaxed)
        #expect(limit.isOver)
        limit.finish()
        #expect(!limit.isOver)
        limit.begin()
        #expect(!limit.isOver, "a new read has its own time")
        world.isClosing.store(true, ordering: .relaxed)
        #expect(limit.isOver)
        limit.finish()
        #expect(!limit.isOver, "a snapshot cannot be ended")
    }

    @Test("A statement without end is ended, is told as retryable, and the connection goes on")
    func statement() throws {
        let connection = try Connection(path: ":memory:", readonly: false)
        let limit = limit()
        connection.setLimit(limit)
        limit.begin()
        world.isClosing.store(true, ordering: .relaxed)
        let error = #expect(throws: DatabaseError.self) {
            try connection.prepare(
                "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c"
            ).first { $0.int(0) }
        }
        limit.finish()
        #expect(error.map { StorageFailure.chatError($0).code } == .unavailable)
        #expect(try connection.prepare("SELECT 7").first { $0.int(0) } == 7)
        try connection.close()
        withExtendedLifetime(limit) {}
    }
}
