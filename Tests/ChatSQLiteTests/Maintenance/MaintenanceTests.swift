import ChatCore
import ChatCoreTestKit
import ChatSQLite
import Foundation
import Testing

@Suite("Backup, restore and check")
struct MaintenanceTests {
    private func filled() async throws -> (StoreFixture, ChatID) {
        let fixture = try StoreFixture()
        let ids = try await fixture.bench.users(["ann", "bob"])
        let chat = try await fixture.bench.group("c", ids)
        for number in 1...30 { try await fixture.bench.send("word \(number)", to: chat, from: ids[number % 2]) }
        _ = try await fixture.bench.perform(.setSetting(key: "secret", value: "s3cr3t"))
        return (fixture, chat)
    }

    @Test("A backup of a running store holds everything committed before, in one file, and needs no other")
    func backup() async throws {
        let (fixture, chat) = try await filled()
        let target = try TemporaryDirectory()
        let path = target.path + "/backup.db"
        try fixture.sqlite.backup(to: path)
        #expect(try target.listing == ["backup.db"])
        #expect(try DatabaseCheck.run(path).isEmpty)
        #expect(try target.listing == ["backup.db"])
        #expect(try StoreFixture.shell(path, "SELECT count(*) FROM messages") == "30")
        #expect(try StoreFixture.shell(path, "SELECT value FROM settings WHERE key = 'secret'") == "s3cr3t")
        try await fixture.bench.send("goes on", to: chat, from: UserID("ann"))
        try fixture.bench.close()
    }

    @Test("Settings left out of a backup are nowhere in its bytes")
    func withoutKeys() async throws {
        let (fixture, _) = try await filled()
        let target = try TemporaryDirectory()
        let path = target.path + "/backup.db"
        try fixture.sqlite.backup(to: path, withoutSettings: ["secret"])
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(bytes.range(of: Data("s3cr3t".utf8)) == nil)
        #expect(bytes.range(of: Data("word 30".utf8)) != nil)
        try fixture.bench.close()
    }

    @Test("A store is backed up, running or stopped, and restored; the old file is kept, a running one is left alone")
    func restore() async throws {
        let (fixture, chat) = try await filled()
        let target = try TemporaryDirectory()
        let path = target.path + "/backup.db"
        try DatabaseBackup.copy(directory: fixture.directory.path, to: path)
        #expect(try DatabaseCheck.run(path).isEmpty)
        #expect(try StoreFixture.shell(path, "SELECT count(*) FROM messages") == "30")
        try await fixture.bench.send("goes on meanwhile", to: chat, from: UserID("ann"))
        try fixture.bench.close()
        var shares: [Int] = []
        try DatabaseBackup.copy(directory: fixture.directory.path, to: path) { done, all in
            shares.append(done * 100 / all)
        }
        #expect(shares.last == 100)
        #expect(try fixture.directory.listing == ["parley.db", "parley.lock"])
        try fixture.bench.restart()
        try await fixture.bench.send("after the backup", to: chat, from: UserID("ann"))
        #expect(throws: StoreOpenError.inUse(place: fixture.directory.path)) {
            _ = try DatabaseBackup.restore(path, into: fixture.directory.path)
        }
        try fixture.bench.close()
        let kept = try #require(try DatabaseBackup.restore(path, into: fixture.directory.path))
        #expect(try StoreFixture.shell(kept, "SELECT count(*) FROM messages") == "32")
        try fixture.bench.restart()
        #expect(try await fixture.bench.read { try $0.chat(chat)?.lastSeq } == 31)
        try fixture.bench.close()
    }

    @Test("A damaged backup is refused before anything is moved")
    func restoreDamaged() async throws {
        let (fixture, _) = try await filled()
        try fixture.bench.close()
        let target = try TemporaryDirectory()
        try Data("no database".utf8).write(to: URL(fileURLWithPath: target.path + "/b"))
        let before = try fixture.directory.listing
        #expect(throws: StoreOpenError.self) {
            _ = try DatabaseBackup.restore(target.path + "/b", into: fixture.directory.path)
        }
        #expect(try fixture.directory.listing == before)
    }

    @Test("An offset from after a restored backup was never issued")
    func offsets() async throws {
        let (fixture, chat) = try await filled()
        let target = try TemporaryDirectory()
        try fixture.sqlite.backup(to: target.path + "/b")
        let (epoch, before) = (fixture.bench.store.epoch, fixture.bench.store.revision)
        try await fixture.bench.send("lost", to: chat, from: UserID("ann"))
        let after = fixture.bench.store.revision
        try fixture.bench.close()
        _ = try DatabaseBackup.restore(target.path + "/b", into: fixture.directory.path)
        try fixture.bench.restart()
        #expect(try await fixture.bench.read { try $0.standing(epoch: epoch, revision: before) } == .recoverable)
        #expect(try await fixture.bench.read { try $0.standing(epoch: epoch, revision: after) } == .neverIssued)
        let message = try await fixture.bench.send("new", to: chat, from: UserID("ann"))
        #expect(try #require(message.id.revision) > before)
        try fixture.bench.close()
    }

    @Test(
        "The check finds what is wrong, by kind",
        arguments: [
            ("DELETE FROM messages WHERE seq = 7", Finding.Kind.sequence),
            ("UPDATE chats SET last_seq = 31", .sequence),
            ("UPDATE members SET read_seq = 99, delivered_seq = 99", .watermark),
            ("UPDATE members SET delivered_seq = 0, read_seq = 5", .watermark),
            ("UPDATE chats SET member_count = 9", .watermark),
            ("UPDATE messages SET sender = 77 WHERE seq = 3", .foreignKey),
            ("UPDATE messages SET content = 'altered' WHERE seq = 3", .search),
            ("UPDATE state SET revision = 5", .revision),
        ])
    func findings(_ damage: String, _ kind: Finding.Kind) async throws {
        let (fixture, _) = try await filled()
        try fixture.bench.close()
        #expect(try DatabaseCheck.run(fixture.database).isEmpty)
        _ = try StoreFixture.shell(fixture.database, damage, readonly: false)
        let before = try Data(contentsOf: URL(fileURLWithPath: fixture.database))
        let findings = try DatabaseCheck.run(fixture.database)
        #expect(findings.contains { $0.kind == kind }, "\(findings)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: fixture.database)) == before)
        #expect(try fixture.directory.listing.filter { $0.hasPrefix("parley.db-") } == [])
    }

    @Test("Broken pages are found")
    func brokenPages() async throws {
        let (fixture, _) = try await filled()
        try fixture.bench.close()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: fixture.database))
        let root = Int(
            try StoreFixture.shell(fixture.database, "SELECT rootpage FROM sqlite_master WHERE name = 'messages'"))
        let page = (try #require(root) - 1) * 4096
        bytes.replaceSubrange(page..<(page + 4096), with: Data(repeating: 0x5A, count: 4096))
        try bytes.write(to: URL(fileURLWithPath: fixture.database))
        #expect(try DatabaseCheck.run(fixture.database).contains { $0.kind == .structure })
    }

    @Test("A running store can be checked")
    func running() async throws {
        let (fixture, chat) = try await filled()
        #expect(try DatabaseCheck.run(fixture.database).isEmpty)
        try await fixture.bench.send("goes on", to: chat, from: UserID("ann"))
        try fixture.bench.close()
    }
}
