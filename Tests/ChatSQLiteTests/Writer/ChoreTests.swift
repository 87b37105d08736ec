import ChatCore
import ChatCoreTestKit
import Foundation
import Testing
import WaitTestKit

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
        try await until("the messages of the deleted chat are gone") { try count(fixture, "1") == 1 }
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
        try await until("all messages of the deleted user are tombstones") {
            try count(fixture, "deleted_ms IS NULL") == 100
        }
        let told = fixture.bench.sink.newChanges().filter { if case .messageDeleted = $0 { true } else { false } }
        #expect(told.count == 1500)
        #expect(try count(fixture, "content <> ''") == 100)
        try fixture.bench.close()
        #expect(try DatabaseCheck.run(fixture.database).isEmpty)
    }

    // MARK: Slices, turn by turn

    private static let many = 1000

    private static func users(_ count: Int = many) -> [Command] {
        (1...count).map { .createUser(NewUser(id: UserID("u\($0)"), username: "user\($0)")) }
    }

    /// By id and by name in turn.
    private static func members(_ count: Int = many) -> [String] {
        (1...count).map { $0.isMultiple(of: 2) ? "u\($0)" : "user\($0)" }
    }

    /// Turns until somebody is answered.
    private func answer(_ writer: ManualWriter) throws -> (Result<Outcome, ChatError>, [CommittedBatch.Entry]) {
        var told: [CommittedBatch.Entry] = []
        for _ in 0..<10_000 {
            let entries = writer.turn()
            told += entries
            for entry in entries {
                switch entry.result {
                case .success(.done): continue
                default: return (entry.result, told)
                }
            }
        }
        throw CancellationError()
    }

    /// Users told of the chat's making or end, slice by slice.
    private func told(_ entries: [CommittedBatch.Entry]) -> [[UserID]] {
        entries.flatMap(\.changes).compactMap { change in
            switch change {
            case .chatCreated(_, let members), .chatDeleted(_, let members): members
            default: nil
            }
        }
    }

    @Test("A chat of many members grows in slices, each told with its commit; the answer comes when all are in")
    func growth() throws {
        let writer = try ManualWriter()
        _ = writer.run(Self.users())
        let new = NewChat(id: ChatID("large"), members: Self.members() + ["u1", "user2"])
        #expect(writer.run([.createChat(new, by: .operator)]).isEmpty)
        let (result, entries) = try answer(writer)
        guard case .success(.chat(let chat, created: true)) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(chat.memberCount == Self.many)
        let slices = told(entries)
        #expect(slices.allSatisfy { $0.count <= 200 } && slices.count == 5)
        #expect(slices.flatMap { $0 }.count == Self.many && Set(slices.flatMap { $0 }).count == Self.many)
        #expect(try writer.count("members") == Int64(Self.many))
        #expect(try writer.count("chores WHERE kind <> 3") == 0)
        // Each slice is in with a revision of its own: an offset of before covers none of it.
        #expect(try writer.count("(SELECT DISTINCT joined_n FROM members)") == 5)
        try writer.close()
        #expect(try DatabaseCheck.run(writer.directory.path + "/parley.db").isEmpty)
    }

    @Test("A large chat with one unknown member is refused whole")
    func refusedGrowth() throws {
        let writer = try ManualWriter()
        _ = writer.run(Self.users(300))
        let new = NewChat(id: ChatID("large"), members: Self.members(300) + ["nobody"])
        _ = writer.run([.createChat(new, by: .operator)])
        guard case (.failure(let error), _) = try answer(writer) else {
            Issue.record("made")
            return
        }
        #expect(error.code == .notFound && error.field == "member_ids")
        #expect(try writer.count("chats") == 0)
        try writer.close()
    }

    @Test("A large chat that is being made when the process dies is whole after the next start")
    func growthGoesOn() throws {
        let writer = try ManualWriter()
        _ = writer.run(Self.users())
        _ = writer.run([.createChat(NewChat(id: ChatID("large"), members: Self.members()), by: .operator)])
        var first: [CommittedBatch.Entry] = []
        for _ in 0..<1000 where try writer.count("members") < 300 { first += writer.turn() }
        let before = try writer.count("members")
        #expect(before >= 300 && before < Int64(Self.many))
        try writer.crash()
        var second: [CommittedBatch.Entry] = []
        for _ in 0..<1000 where try writer.count("chores") > 0 { second += writer.turn() }
        #expect(try writer.count("members") == Int64(Self.many))
        let slices = told(first) + told(second)
        #expect(Set(slices.flatMap { $0 }).count == Self.many && slices.flatMap { $0 }.count == Self.many)
        try writer.close()
        #expect(try DatabaseCheck.run(writer.directory.path + "/parley.db").isEmpty)
    }

    @Test("A deleted chat of many members is gone with the first commit; its members are told in slices")
    func deletion() throws {
        let writer = try ManualWriter()
        _ = writer.run(Self.users())
        _ = writer.run([.createChat(NewChat(id: ChatID("large"), members: Self.members()), by: .operator)])
        _ = try answer(writer)
        let send = Command.send(NewMessage(chatID: ChatID("large"), sender: UserID("u999"), content: "x"))
        _ = writer.run([send])
        var entries = writer.run([.deleteChat(ChatID("large")), send])
        guard case .failure(let error) = entries[1].result else {
            Issue.record("sent into a deleted chat")
            return
        }
        #expect(error.code == .forbidden)
        try writer.crash()
        for _ in 0..<1000 where try writer.count("chores WHERE kind <> 3") > 0 { entries += writer.turn() }
        let slices = told(entries)
        #expect(slices.allSatisfy { $0.count <= 200 })
        #expect(slices.flatMap { $0 }.count == Self.many && Set(slices.flatMap { $0 }).count == Self.many)
        #expect(try writer.count("members") == 0)
        #expect(try writer.count("messages") == 0)
        #expect(try writer.count("departures") == Int64(Self.many))
        try writer.close()
        #expect(try DatabaseCheck.run(writer.directory.path + "/parley.db").isEmpty)
    }

    @Test("A user in many chats is gone with the first commit, and leaves the chats in slices")
    func departure() throws {
        let writer = try ManualWriter()
        _ = writer.run(Self.users(2))
        _ = writer.run(
            (1...170).map { .createChat(NewChat(id: ChatID("c\($0)"), members: ["u1", "u2"]), by: .operator) })
        var entries = writer.run([.deleteUser(UserID("u1"), deleteMessages: false)])
        #expect((2...51).contains(entries[0].changes.count))
        #expect(entries[0].changes.last == .userDeleted(UserID("u1")))
        try writer.crash()
        for _ in 0..<1000 where try writer.count("chores") > 0 { entries += writer.turn() }
        let left = entries.flatMap(\.changes).filter { if case .memberRemoved = $0 { true } else { false } }
        #expect(left.count == 170 && Set(left).count == 170)
        #expect(try writer.count("members") == 170)
        try writer.close()
        #expect(try DatabaseCheck.run(writer.directory.path + "/parley.db").isEmpty)
    }

    @Test("A commit of many commands tells two hundred changes at most, and the rest comes in the next")
    func shares() throws {
        let writer = try ManualWriter()
        _ = writer.run(Self.users(500) + [.createChat(NewChat(id: ChatID("c"), members: []), by: .operator)])
        let puts = (1...500).map { number in
            Mailbox.Job(
                command: .putMember(ChatID("c"), UserID("u\(number)"), role: nil, by: .operator), reply: .nobody)
        }
        let run = writer.batches.run(puts[...])
        #expect((1...200).contains(run.count) && run.entries.count == run.count)
        try writer.close()
    }
}
