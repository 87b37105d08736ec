import ChatCore
import ChatCoreTestKit
import ChatSQLite
import Foundation
import Testing
import WaitTestKit

@Suite("Files in the database file")
struct FileStorageTests {
    private static let mark = Array("a mark that is nowhere else ".utf8)

    private func filled() async throws -> (StoreFixture, ChatID, Message) {
        let fixture = try StoreFixture(SQLiteStoreOptions(durability: .normal))
        let ids = try await fixture.bench.users(["ann", "bob"])
        let chat = try await fixture.bench.group("c", ids)
        try await fixture.bench.upload("unsent", by: ids[0])
        try await fixture.bench.upload(
            "sent", by: ids[0], (0..<12_000).flatMap { _ in Self.mark }, name: "marked.bin")
        let message = try await fixture.bench.send("", files: ["sent"], to: chat, from: ids[0])
        return (fixture, chat, message)
    }

    private func countOfMarks(_ path: String) throws -> Int {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        var (count, place) = (0, bytes.startIndex)
        while let found = bytes.range(of: Data(Self.mark), in: place..<bytes.endIndex) {
            (count, place) = (count + 1, found.upperBound)
        }
        return count
    }

    private func waitForErasing(_ fixture: StoreFixture) async throws {
        try await until("no chore is left") {
            try StoreFixture.shell(fixture.database, "SELECT count(*) FROM chores") == "0"
        }
    }

    @Test("What a deleted message's files held is overwritten in the database file")
    func overwritten() async throws {
        let (fixture, chat, message) = try await filled()
        try await fixture.settle()
        #expect(try countOfMarks(fixture.database) > 11_000)
        _ = try await fixture.bench.perform(.delete(chat, message.id, by: .operator))
        try await waitForErasing(fixture)
        #expect(try StoreFixture.shell(fixture.database, "SELECT file_bytes FROM state") == "3")
        try fixture.bench.close()
        #expect(try countOfMarks(fixture.database) == 0)
        #expect(try Data(contentsOf: URL(fileURLWithPath: fixture.database)).range(of: Data("marked.bin".utf8)) == nil)
        #expect(try DatabaseCheck.run(fixture.database).isEmpty)
    }

    @Test("A long text that is deleted is overwritten too")
    func longText() async throws {
        let fixture = try StoreFixture(SQLiteStoreOptions(durability: .normal))
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        // Longer than a page, so that it lies on pages of its own; no word, so that the index has none of it.
        let text = String(repeating: "➳➴➵➶➸➹➺➻➼", count: 500)
        let sent = try await fixture.bench.send(text, to: chat, from: ann)
        try await fixture.settle()
        let part = Data("➳➴➵➶➸➹➺➻➼➳".utf8)
        #expect(try Data(contentsOf: URL(fileURLWithPath: fixture.database)).range(of: part) != nil)
        _ = try await fixture.bench.perform(.delete(chat, sent.id, by: .operator))
        try fixture.bench.close()
        #expect(try Data(contentsOf: URL(fileURLWithPath: fixture.database)).range(of: part) == nil)
    }

    @Test("A large upload is carried into the file piece by piece, so that no message waits for all of it")
    func log() async throws {
        let fixture = try StoreFixture(SQLiteStoreOptions(durability: .normal))
        let ann = try await fixture.bench.user("ann")
        let file = FileID("f")
        _ = try await fixture.bench.perform(.beginFile(NewFile(id: file, owner: ann, name: "f")))
        let chunk = StoreBench.bytes(StoredFile.chunkSize)
        var largest: Int64 = 0
        for _ in 0..<72 {
            _ = try await fixture.bench.perform(.appendToFile(file, chunk))
            largest = max(largest, try fixture.sqlite.counters.logBytes)
        }
        // 9 MB were written; a checkpoint is wanted at 4 MiB, and made after the batch.
        #expect(largest > 1 << 20 && largest < 6 << 20, "\(largest)")
        try fixture.bench.close()
    }

    @Test("A backup holds the files, with the keys and without")
    func backup() async throws {
        let (fixture, _, _) = try await filled()
        let target = try TemporaryDirectory()
        for left in [[], ["secret"]] {
            let path = target.path + "/b"
            try fixture.sqlite.backup(to: path, withoutSettings: left)
            #expect(try countOfMarks(path) > 11_000)
            #expect(try DatabaseCheck.run(path).isEmpty)
            let columns = "id, size, owner_id, chat_id, seq"
            let list = try StoreFixture.shell(path, "SELECT \(columns) FROM file_list ORDER BY id")
            #expect(list == "sent|336000|ann|c|1\nunsent|3|ann||")
        }
        try fixture.bench.close()
    }

    @Test("Erasing that a stop interrupts goes on at the next start")
    func interrupted() async throws {
        let (fixture, _, _) = try await filled()
        try fixture.bench.close()
        _ = try StoreFixture.shell(
            fixture.database,
            """
            INSERT INTO chores (kind, subject) SELECT 2, key FROM files; DELETE FROM files;
            UPDATE messages SET files = NULL
            """, readonly: false)
        #expect(try DatabaseCheck.run(fixture.database).isEmpty)
        try fixture.bench.restart()
        try await waitForErasing(fixture)
        #expect(try StoreFixture.shell(fixture.database, "SELECT count(*) FROM file_chunks") == "0")
        try fixture.bench.close()
        #expect(try countOfMarks(fixture.database) == 0)
        #expect(try DatabaseCheck.run(fixture.database).isEmpty)
    }

    @Test("A key is not used twice: a new file has nothing of one that is being erased")
    func keys() async throws {
        let (fixture, _, _) = try await filled()
        let last = try StoreFixture.shell(fixture.database, "SELECT max(key) FROM files")
        try await fixture.bench.beginUpload("gone", by: UserID("bob"))
        _ = try await fixture.bench.perform(.discardFile(FileID("gone")))
        try fixture.bench.restart()
        try await fixture.bench.upload("new", by: UserID("bob"), [7])
        let key = try StoreFixture.shell(fixture.database, "SELECT key FROM files WHERE id = 'new'")
        #expect(try #require(Int(key)) == #require(Int(last)) + 2)
        #expect(try await fixture.bench.download("new") == [7])
        try fixture.bench.close()
    }

    @Test(
        "The check finds files that are not whole",
        arguments: [
            "DELETE FROM file_chunks WHERE at & 16777215 = 1",
            "DELETE FROM file_chunks WHERE at & 16777215 = 2",
            "UPDATE file_chunks SET at = at + 1 WHERE at & 16777215 = 2",
            "UPDATE file_chunks SET bytes = x'00' WHERE at & 16777215 = 0",
            "UPDATE files SET size = size + 1 WHERE id = 'sent'",
            "INSERT INTO file_chunks VALUES (99 << 24, x'00'); UPDATE state SET file_bytes = file_bytes + 1",
            "DELETE FROM files WHERE id = 'unsent'",
            "UPDATE files SET message = 1 WHERE id = 'unsent'",
            "UPDATE files SET message = NULL WHERE id = 'sent'",
            "UPDATE state SET file_bytes = 1",
        ])
    func findings(_ damage: String) async throws {
        let (fixture, _, _) = try await filled()
        try fixture.bench.close()
        #expect(try DatabaseCheck.run(fixture.database).isEmpty)
        _ = try StoreFixture.shell(fixture.database, damage, readonly: false)
        let findings = try DatabaseCheck.run(fixture.database)
        #expect(findings.contains { $0.kind == .file } && findings.allSatisfy { $0.kind == .file }, "\(findings)")
    }
}
