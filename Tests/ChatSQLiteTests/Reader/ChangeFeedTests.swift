import ChatCore
import ChatCoreTestKit
import Foundation
import Testing
import WaitTestKit

@testable import ChatSQLite

@Suite("The feed of all changes")
struct ChangeFeedTests {
    @Test("Each kind of change is found by a walk along one index, without sorting", arguments: FeedSource.allCases)
    func plans(_ source: FeedSource) throws {
        let writer = try ManualWriter()
        let plan = try writer.batches.connection.prepare("EXPLAIN QUERY PLAN \(source.rows)").all { $0.text(3) }
        #expect(plan.count == 1, "\(plan)")
        #expect(plan.allSatisfy { $0.hasPrefix("SEARCH") && !$0.contains("TEMP B-TREE") }, "\(plan)")
        try writer.close()
    }

    @Test("A send writes no index of the feed, and a receipt only its own")
    func writes() throws {
        let writer = try ManualWriter()
        let (ann, bob) = (UserID("ann"), UserID("bob"))
        _ = writer.run([
            .createUser(NewUser(id: ann, username: "ann")), .createUser(NewUser(id: bob, username: "bob")),
            .createChat(NewChat(id: ChatID("c"), members: ["ann", "bob"]), by: .operator),
        ])
        func revisions() throws -> [Int64] {
            try writer.batches.connection.prepare("SELECT joined_n, role_n, read_n, delivered_n FROM members m")
                .all { row in (0..<4).map { row.int(Int32($0)) } }.flatMap { $0 }
        }
        let before = try revisions()
        let sent = writer.run([.send(NewMessage(chatID: ChatID("c"), sender: ann, content: "x"))])
        #expect(try revisions() == before)
        guard case .success(.message(let message, _)) = sent[0].result else { throw CancellationError() }
        _ = writer.run([.markDelivered(ChatID("c"), message.id, by: bob)])
        let delivered = try revisions()
        #expect(zip(before, delivered).map { $0 != $1 } == [false, false, false, false, false, false, false, true])
        _ = writer.run([.markRead(ChatID("c"), message.id, by: bob)])
        #expect(
            try zip(delivered, revisions()).map { $0 != $1 }
                == [false, false, false, false, false, false, true, false])
        try writer.close()
    }

    // MARK: How far back

    private func standing(_ writer: ManualWriter, _ position: FeedPosition) throws -> OffsetStanding {
        let view = SQLiteReadView(
            writer.batches.connection, policy: ChatPolicy(),
            facts: StoreFacts(path: "", epoch: 1, onlineAtLastEnd: [], clock: { Timestamp.now() }))
        return try view.standing(of: position)
    }

    @Test("Below what is forgotten the feed says so; who begins at the beginning comes through, and sees who is there")
    func floor() throws {
        let writer = try ManualWriter()
        let view = SQLiteReadView(
            writer.batches.connection, policy: ChatPolicy(),
            facts: StoreFacts(path: "", epoch: 1, onlineAtLastEnd: [], clock: { Timestamp.now() }))
        let names = (1...4).map { "u\($0)" }
        _ = writer.run(names.map { .createUser(NewUser(id: UserID($0), username: $0)) })
        _ = writer.run([.createChat(NewChat(id: ChatID("c"), members: names), by: .operator)])
        let before = FeedPosition(Revision(writer.batches.committed))
        var reader = FeedReplica()
        try reader.update(view, limit: 3)
        _ = writer.run([.removeMember(ChatID("c"), UserID("u1"), by: .operator)])
        let between = FeedPosition(Revision(writer.batches.committed))
        _ = writer.run([.removeMember(ChatID("c"), UserID("u2"), by: .operator)])
        try writer.batches.transaction {
            try writer.batches.forgetDepartures(before: Timestamp(milliseconds: 1))
        }
        #expect(try standing(writer, before) == .recoverable)
        #expect(try view.feedFloor() == .zero)
        // As after two weeks.
        try writer.batches.transaction {
            try writer.batches.forgetDepartures(before: .now().advanced(by: .seconds(60)))
        }
        #expect(try writer.count("departures") == 0)
        #expect(try standing(writer, before) == .tooOld)
        #expect(try standing(writer, between) == .tooOld)
        #expect(throws: ChatError.self) { try view.changes(after: before, limit: 10) }
        #expect(throws: ChatError.self) { try reader.update(view, limit: 3) }
        let now = FeedPosition(Revision(writer.batches.committed))
        #expect(try standing(writer, now) == .recoverable)
        // Pages from the beginning end at revisions that lie below the floor.
        var fresh = FeedReplica()
        #expect(try !fresh.turn(view, limit: 1))
        #expect(try fresh.position.revision < view.feedFloor())
        try fresh.update(view, limit: 1)
        try fresh.compare(view)
        // Who knows that something is missing and goes on all the same may.
        let onward = FeedPosition(before.revision, knownSince: try view.feedFloor())
        #expect(try view.changes(after: onward, limit: 10).isComplete)
        try writer.close()
    }

    // MARK: Large things

    @Test("A large chat that grows, and is deleted again, is told in pages of any size")
    func largeChat() async throws {
        let fixture = try StoreFixture(SQLiteStoreOptions(durability: .normal))
        let users = try await fixture.bench.users((1...450).map { "u\($0)" })
        let chat = try await fixture.bench.group("large", users)
        var early = FeedReplica()
        early = try await fixture.bench.read { [early] view in
            var reader = early
            try reader.update(view, limit: 7)
            try reader.compare(view)
            return reader
        }
        #expect(early.chats[chat]?.members.count == 450)
        _ = try await fixture.bench.perform(.deleteChat(chat))
        try await until("its members are out") {
            try StoreFixture.shell(fixture.database, "SELECT count(*) FROM members") == "0"
        }
        for limit in [1, 200, 1000] {
            try await fixture.bench.read { [early] view in
                var reader = early
                try reader.update(view, limit: limit)
                try reader.compare(view)
            }
        }
        try fixture.bench.close()
        #expect(try DatabaseCheck.run(fixture.database).isEmpty)
    }

    // MARK: Restored and imported files

    @Test("A cursor goes back with the file to an older backup: what that has is told again, nothing is left out")
    func restore() async throws {
        let fixture = try StoreFixture()
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        let first = try await fixture.bench.send("in the backup, told", to: chat, from: ann)
        let told = FeedPosition(fixture.bench.store.revision)
        _ = try await fixture.bench.perform(.advanceCursor("hook", to: told))
        let second = try await fixture.bench.send("in the backup, not told", to: chat, from: ann)
        let target = try TemporaryDirectory()
        try fixture.sqlite.backup(to: target.path + "/backup.db")
        _ = try await fixture.bench.send("lost", to: chat, from: ann)
        let epoch = fixture.bench.store.epoch
        let lost = FeedPosition(fixture.bench.store.revision)
        _ = try await fixture.bench.perform(.advanceCursor("hook", to: lost))
        fixture.bench.clock.advance(by: .seconds(60))
        try fixture.bench.close()
        _ = try DatabaseBackup.restore(target.path + "/backup.db", into: fixture.directory.path)
        let bench = try StoreBench { _, _ in
            try SQLiteChatStore(
                directory: fixture.directory.path,
                options: SQLiteStoreOptions(clock: { fixture.bench.clock.now }))
        }
        let after = try await bench.send("after it", to: chat, from: ann)
        let page = try await bench.read { view in
            try view.changes(after: try #require(try view.cursor("hook")).position, limit: 10)
        }
        #expect(page.entries.map(\.change) == [.messageNew(second), .messageNew(after)])
        #expect(first.seq == 1 && after.seq == 3)
        // Who kept its position elsewhere is told that it knows what is not.
        #expect(try await bench.read { try $0.standing(epoch: epoch, revision: lost.revision) } == .neverIssued)
        #expect(try await bench.read { try $0.standing(epoch: epoch, revision: told.revision) } == .recoverable)
        try bench.close()
        #expect(try DatabaseCheck.run(fixture.database).isEmpty)
    }

    private func take(_ records: [ArchiveRecord], into fixture: StoreFixture) throws {
        let target = try DatabaseImport(into: fixture.directory.path, now: fixture.bench.clock.now)
        var counts = ArchiveCounts()
        for record in records {
            try target.take(record, target.mark)
            counts.count(record)
        }
        try target.take(.end(counts), target.mark)
        _ = try target.finish()
    }

    @Test("An import leaves cursors where they are; its chats are told as new, with their members and without history")
    func importing() async throws {
        let fixture = try StoreFixture()
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        try await fixture.bench.send("x", to: chat, from: ann)
        let told = FeedPosition(fixture.bench.store.revision)
        _ = try await fixture.bench.perform(.advanceCursor("hook", to: told))
        try fixture.bench.close()
        let old = Timestamp(milliseconds: 1_700_000_000_000)
        let user = User(
            id: UserID("bob"), username: "bob", displayName: nil, avatarURL: nil, createdAt: old, lastSeenAt: nil,
            blocked: true)
        let message = ArchiveMessage(
            chatID: ChatID("d"), senderID: UserID("bob"), content: "old", kind: .text, createdAt: old, editedAt: old)
        let records: [ArchiveRecord] = [
            .header(ArchiveHeader()), .user(ArchiveUser(user: user)),
            .chat(ArchiveChat(id: ChatID("d"), name: "D", kind: .group, createdAt: old)), .message(message),
            .reaction(ArchiveReaction(chatID: ChatID("d"), seq: 1, userID: ann, emoji: "👍")),
            .member(
                ArchiveMember(chatID: ChatID("d"), userID: UserID("bob"), role: .owner, joinedAt: old)),
        ]
        try take(records, into: fixture)
        let bench = try StoreBench { _, _ in
            try SQLiteChatStore(
                directory: fixture.directory.path,
                options: SQLiteStoreOptions(clock: { fixture.bench.clock.now }))
        }
        let (page, cursor, made, card) = try await bench.read { view in
            let cursor = try #require(try view.cursor("hook")).position
            return (
                try view.changes(after: cursor, limit: 10), cursor, try #require(try view.chat(ChatID("d"))),
                try view.cards([UserID("bob")])[0]
            )
        }
        #expect(cursor == told)
        #expect(
            page.entries.map(\.change) == [
                .userCreated(card), .userBlocked(card.id), .chatCreated(made, members: []), .memberAdded(made, card),
                .memberRoleChanged(made.id, card.id, .owner),
            ])
        #expect(made.lastSeq == 1)
        // What happens to an imported message from now on is told like anything else.
        let imported = try await bench.read { try $0.history(of: ChatID("d"), .latest, limit: 5).messages[0] }
        _ = try await bench.perform(.delete(nil, imported.id, by: .operator))
        let next = try await bench.read { try $0.changes(after: page.next, limit: 10) }
        #expect(next.entries.count == 1)
        guard case .messageDeleted(let deleted)? = next.entries.first?.change else { throw CancellationError() }
        #expect(deleted.id == imported.id)
        try bench.close()
        #expect(try DatabaseCheck.run(fixture.database).isEmpty)
    }

    @Test("A check finds a cursor that stands where the file has not been")
    func check() async throws {
        let fixture = try StoreFixture()
        try await fixture.bench.user("ann")
        _ = try await fixture.bench.perform(.advanceCursor("hook", to: .beginning))
        try fixture.bench.close()
        _ = try StoreFixture.shell(
            fixture.database, "UPDATE cursors SET told_n = (SELECT revision + 1 FROM state)", readonly: false)
        #expect(try DatabaseCheck.run(fixture.database).map(\.kind) == [.revision])
    }
}
