import ChatCore
import ChatCoreTestKit
import Foundation
import Testing

@testable import ChatSQLite

@Suite("The schema")
struct SchemaTests {
    @Test("The schema.sql of the repository is what the binary makes a database from")
    func oneSource() throws {
        let root = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/").dropFirst()
        let file = try String(contentsOfFile: String(root) + "/schema.sql", encoding: .utf8)
        #expect(file == DatabaseSchema.script)
    }

    @Test("A new database has the objects of schema.sql, its version and its application id")
    func newDatabase() throws {
        let fixture = try StoreFixture()
        try fixture.bench.close()
        func objects(_ connection: Connection) throws -> [String] {
            try connection.prepare("SELECT ifnull(sql, name) FROM sqlite_master ORDER BY name").all { $0.text(0) }
        }
        let expected = try Connection(path: ":memory:", readonly: false)
        try expected.execute(DatabaseSchema.script)
        let made = try Connection(path: fixture.database, readonly: true)
        #expect(try objects(made) == objects(expected))
        #expect(try made.prepare("PRAGMA user_version").first { Int($0.int(0)) } == DatabaseSchema.version)
        #expect(try made.prepare("PRAGMA application_id").first { Int($0.int(0)) } == DatabaseSchema.applicationID)
        try made.close()
        try expected.close()
    }

    @Test("Each PRAGMA of the writer and the readers is what it was set to")
    func pragmas() throws {
        let directory = try TemporaryDirectory()
        try SQLiteChatStore(directory: directory.path).close()
        let path = directory.path + "/parley.db"
        func values(_ connection: Connection, _ names: [String]) throws -> [String] {
            try names.map { name in try connection.prepare("PRAGMA \(name)").first { $0.text(0) } ?? "" }
        }
        let names = [
            "journal_mode", "synchronous", "wal_autocheckpoint", "secure_delete", "foreign_keys", "cache_size",
            "journal_size_limit", "busy_timeout", "temp_store",
        ]
        let writer = try Connection(path: path, readonly: false)
        try Pragmas.setUpWriter(writer, durability: .full)
        #expect(try values(writer, names) == ["wal", "2", "0", "2", "1", "-16384", "67108864", "5000", "2"])
        try Pragmas.setUpWriter(writer, durability: .normal)
        #expect(try values(writer, ["synchronous"]) == ["1"])
        let reader = try Connection(path: path, readonly: true)
        try Pragmas.setUpReader(reader)
        #expect(
            try values(reader, ["query_only", "busy_timeout", "temp_store", "cache_size"]) == [
                "1", "5000", "2", "-4096",
            ])
        try reader.close()
        try writer.close()
    }

    @Test("The writer of a running store is durable: synchronous is FULL unless normal was asked for")
    func writerIsDurable() throws {
        for (durability, value) in [(StoreDurability.full, "2"), (.normal, "1")] {
            let directory = try TemporaryDirectory()
            var options = SQLiteStoreOptions()
            options.durability = durability
            let data = try DataDirectory(making: directory.path)
            let file = DatabaseFile(data, try DirectoryLock(data))
            let preparation = try DatabasePreparation(file, options)
            let work = preparation.work(
                mailbox: Mailbox(capacity: 1), gate: ReaderGate(), policy: ChatPolicy(), options: options)
            let connection = work.batches.connection
            #expect(try connection.prepare("PRAGMA synchronous").first { $0.text(0) } == value)
            #expect(try connection.prepare("PRAGMA wal_autocheckpoint").first { $0.text(0) } == "0")
            try work.upkeep.close(by: StopDeadline(within: .seconds(60)))
            file.release()
        }
    }

    @Test("The views give ids and ISO times to the sqlite3 shell")
    func views() async throws {
        let fixture = try StoreFixture()
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann], owner: ann)
        let message = try await fixture.bench.send("hello", to: chat, from: ann)
        let line = try StoreFixture.shell(
            fixture.database, "SELECT id, chat_id, seq, sender_id, message_type, content, created_at FROM message_list")
        #expect(line == "\(message.id)|c|1|ann|text|hello|2026-01-01T00:00:00.000Z")
        let member = try StoreFixture.shell(
            fixture.database, "SELECT chat_id, user_id, role, read_seq FROM member_list")
        #expect(member == "c|ann|owner|1")
        #expect(try StoreFixture.shell(fixture.database, "SELECT id, status FROM user_list") == "ann|offline")
        #expect(try StoreFixture.shell(fixture.database, "SELECT id, type, last_seq FROM chat_list") == "c|group|1")
        try fixture.bench.close()
    }
}
