import ChatCore
import ChatCoreTestKit
import Testing

@testable import ChatSQLite

@Suite("Work too long for one transaction")
struct ChoreTests {
    private func count(_ fixture: StoreFixture, _ condition: String) throws -> Int? {
        Int(try StoreFixture.shell(fixture.database, "SELECT count(*) FROM messages WHERE \(condition)"))
    }

    private func fill(_ fixture: StoreFixture, _ chat: ChatID, _ sender: UserID, _ count: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...count {
                group.addTask { try await fixture.bench.send("text \(number)", to: chat, from: sender) }
            }
            try await group.waitForAll()
        }
    }

    @Test("The messages of a large deleted chat are removed in slices, also when the store is closed in between")
    func purge() async throws {
        let fixture = try StoreFixture(SQLiteStoreOptions(durability: .normal))
        let ann = try await fixture.bench.user("ann")
        let (large, other) = (
            try await fixture.bench.group("large", [ann]), try await fixture.bench.group("other", [ann])
        )
        try await fill(fixture, large, ann, 5000)
        try await fixture.bench.send("stays", to: other, from: ann)
        _ = try await fixture.bench.perform(.deleteChat(large))
        try fixture.bench.restart()
        while try count(fixture, "1") != 1 { await Task.yield() }
        #expect(
            try await fixture.bench.read { try $0.search("stays", for: ann, in: nil, page: PageRequest()).items.count }
                == 1)
        try fixture.bench.close()
        #expect(try DatabaseCheck.run(fixture.database).isEmpty)
    }

    @Test("Deleting a user makes tombstones of many messages, told as they are made, and leaves the others")
    func tombstones() async throws {
        let fixture = try StoreFixture(SQLiteStoreOptions(durability: .normal))
        let ids = try await fixture.bench.users(["ann", "bob"])
        let chat = try await fixture.bench.group("c", ids)
        try await fill(fixture, chat, ids[0], 1500)
        try await fill(fixture, chat, ids[1], 100)
        fixture.bench.sink.forget()
        _ = try await fixture.bench.perform(.deleteUser(ids[0], deleteMessages: true))
        while try count(fixture, "deleted_ms IS NULL") != 100 { await Task.yield() }
        let told = fixture.bench.sink.newChanges().filter { if case .messageDeleted = $0 { true } else { false } }
        #expect(told.count == 1500)
        #expect(try count(fixture, "content <> ''") == 100)
        try fixture.bench.close()
        #expect(try DatabaseCheck.run(fixture.database).isEmpty)
    }
}
