import ChatCore
import ChatCoreTestKit
import Foundation
import Synchronization
import Testing

@testable import ChatSQLite

@Suite("The end of the store")
struct StopTests {
    /// A clock that goes on by itself, as far as each look at it.
    private final class SteppingClock: Sendable {
        let looks = Atomic<Int>(0)
        func deadline(within time: Duration) -> StopDeadline {
            StopDeadline(within: time) {
                .milliseconds(100 * self.looks.add(1, ordering: .relaxed).newValue)
            }
        }
    }

    @Test("It waits for whoever holds the file no longer than the deadline, then leaves the log whole beside it")
    func held() async throws {
        let fixture = try StoreFixture()
        try await fixture.bench.user("ann")
        let (input, holder) = try fixture.hold()
        let clock = SteppingClock()
        try fixture.sqlite.close(by: clock.deadline(within: .seconds(5)))
        #expect(clock.looks.load(ordering: .relaxed) <= 60, "each look is a tenth of a second")
        try input.close()
        holder.waitUntilExit()
        #expect(DataDirectory.size(fixture.database + "-wal") > 0)
        try fixture.bench.restart()
        #expect(try await fixture.bench.read { try $0.user(UserID("ann"))?.username } == "ann")
        try fixture.bench.close()
    }

    @Test("Long commands, the search index and the file have one deadline together")
    func shared() throws {
        let writer = try ManualWriter()
        let users = (0..<3000).map { Command.createUser(NewUser(id: UserID("u\($0)"), username: "u\($0)")) }
        _ = writer.run(users)
        let chat = NewChat(id: ChatID("large"), members: (0..<3000).map { "u\($0)" })
        _ = writer.run([.createChat(chat, by: .operator)])
        #expect(!writer.work.upkeep.long.isEmpty)
        let clock = SteppingClock()
        // Nothing is left of it: what is not made by now is refused, what is not indexed is at the next start.
        let over = clock.deadline(within: .zero)
        let entries = writer.work.upkeep.finishLongCommands(by: over.half())
        #expect(writer.work.upkeep.long.isEmpty)
        let refused = entries.count { entry in
            if case .failure(let error) = entry.result { error.code == .unavailable } else { false }
        }
        #expect(refused == 1)
        try writer.close(by: over)
        #expect(clock.looks.load(ordering: .relaxed) < 20)
    }
}
