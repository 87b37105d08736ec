import ChatCore
import ChatCoreTestKit
import Foundation
import CSQLite
import Testing

@testable import ChatSQLite

@Suite("An end inside a migration")
struct MigrationFaultTests {
    private static let old = DatabaseSchema.version
    private static let new = DatabaseSchema.version + 2

    /// The binary's own steps and two more, which touch every message and leave traces that can be counted.
    private static let chain = MigrationChain(
        version: new,
        steps: DatabaseSchema.migrations + [
            {
                // Pages that are changed and not committed do not wait in memory: the log gets them early.
                try $0.execute("PRAGMA cache_size = 8; PRAGMA cache_spill = 8")
                try $0.execute("ALTER TABLE messages ADD COLUMN trial INTEGER")
                try $0.execute("UPDATE messages SET trial = seq * 2, content = content || ' changed'")
            },
            {
                try $0.execute("CREATE TABLE trials (n INTEGER PRIMARY KEY, twice INTEGER NOT NULL)")
                try $0.execute("INSERT INTO trials SELECT n, trial FROM messages")
                try $0.execute("CREATE INDEX messages_trial ON messages (trial)")
            },
        ])
    private static let count = 400

    private func oldDirectory() async throws -> StoreFixture {
        let fixture = try StoreFixture()
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        let text = String(repeating: "word ", count: 100)
        for number in 1...Self.count { try await fixture.bench.send("\(number) \(text)", to: chat, from: ann) }
        try fixture.bench.close()
        return fixture
    }

    /// Copies the directory each so many of SQLite's instructions: what a kill at that moment would leave.
    private final class Snapshots {
        private let fixture: StoreFixture
        private(set) var taken: [TemporaryDirectory] = []
        private(set) var calls = 0
        /// Take one at each of so many calls; 0: only count.
        let each: Int
        var failure: (any Error)?

        init(_ fixture: StoreFixture, each: Int) {
            self.fixture = fixture
            self.each = each
        }

        func arm(_ connection: OpaquePointer) {
            sqlite3_progress_handler(
                connection, 200,
                { context in
                    guard let context else { return 0 }
                    let snapshots = Unmanaged<Snapshots>.fromOpaque(context).takeUnretainedValue()
                    snapshots.step()
                    return 0
                }, Unmanaged.passUnretained(self).toOpaque())
        }

        func step() {
            calls += 1
            guard each > 0, calls.isMultiple(of: each) else { return }
            do {
                // By another process: in this one, closing the copied file would drop SQLite's locks on it.
                let target = try TemporaryDirectory()
                try fixture.run("cp", "-r", fixture.directory.path + "/.", target.path)
                taken.append(target)
            } catch {
                failure = error
            }
        }
    }

    /// Runs the migration on the fixture's file as the start does, without the checkpoint of a clean end.
    private func migrate(_ fixture: StoreFixture, _ snapshots: Snapshots) throws {
        let directory = try DataDirectory(existing: fixture.directory.path)
        let lock = try DirectoryLock(directory)
        let main = try MainFile(path: directory.database, log: nil)
        let salts = try #require(main.carried).salts
        try lock.write(DirectoryLock.Note(main: salts, log: nil), in: directory)
        let connection = try Connection(path: directory.database, readonly: false)
        try Pragmas.setUpWriter(connection, durability: .full)
        snapshots.arm(connection.handle)
        try Migration.run(connection, directory, to: Self.new, by: Self.chain.steps)
        snapshots.step()
        sqlite3_progress_handler(connection.handle, 0, nil, nil)
        try MainFile.closeUntouched(connection)
        lock.release()
    }

    @Test("The next start finds the old file whole or the new one, and the copy beside it is whole")
    func killedAnywhere() async throws {
        let rehearsal = try await oldDirectory()
        let counted = Snapshots(rehearsal, each: 0)
        try migrate(rehearsal, counted)
        let fixture = try await oldDirectory()
        let snapshots = Snapshots(fixture, each: max(1, counted.calls / 40))
        try migrate(fixture, snapshots)
        snapshots.step()
        if let failure = snapshots.failure { throw failure }
        #expect(snapshots.taken.count >= 30)
        var inside = 0
        for (number, directory) in snapshots.taken.enumerated() {
            let path = directory.path + "/parley.db"
            let found = try version(directory)
            #expect(found == Self.old || found == Self.new, "moment \(number)")
            if found == Self.old, DataDirectory.size(path + "-wal") > 0 { inside += 1 }
            let backup = "\(path).v\(Self.old).bak"
            if DataDirectory.exists(backup) { try expectOld(backup) }
            var options = SQLiteStoreOptions()
            options.migrations = Self.chain
            try SQLiteChatStore(directory: directory.path, options: options).close()
            try expectNew(path)
            try expectOld(backup)
            #expect(!(try directory.listing.contains { $0.contains(".stale-") }), "moment \(number)")
        }
        // Else nothing was tested but the moments before and after.
        #expect(inside > 5)
    }

    /// Which version a start would find, by the shell, on a copy.
    private func version(_ directory: TemporaryDirectory) throws -> Int? {
        let copy = try TemporaryDirectory()
        for name in ["parley.db", "parley.db-wal"] where DataDirectory.exists(directory.path + "/" + name) {
            try FileManager.default.copyItem(atPath: directory.path + "/" + name, toPath: copy.path + "/" + name)
        }
        return Int(try StoreFixture.shell(copy.path + "/parley.db", "PRAGMA user_version", readonly: false))
    }

    private func expectOld(_ path: String) throws {
        #expect(try DatabaseCheck.run(path).isEmpty)
        let text = try StoreFixture.shell(
            path, "PRAGMA user_version; SELECT count(*) FROM messages WHERE content NOT LIKE '% changed'")
        #expect(text == "\(Self.old)\n\(Self.count)")
    }

    private func expectNew(_ path: String) throws {
        let text = try StoreFixture.shell(
            path,
            """
            PRAGMA integrity_check; PRAGMA user_version;
            SELECT count(*) FROM messages m JOIN trials t ON t.n = m.n
                WHERE m.trial = m.seq * 2 AND t.twice = m.trial AND m.content LIKE '% changed'
            """)
        #expect(text == "ok\n\(Self.new)\n\(Self.count)")
    }

    @Test("A file that only its log makes newer is refused, and both stay as they are")
    func newerByItsLog() async throws {
        let fixture = try await oldDirectory()
        try migrate(fixture, Snapshots(fixture, each: 0))
        func bytes(_ name: String) throws -> Data {
            try Data(contentsOf: URL(fileURLWithPath: fixture.directory.path + "/" + name))
        }
        let before = (try bytes("parley.db"), try bytes("parley.db-wal"))
        let error = #expect(throws: StoreOpenError.self) {
            try SQLiteChatStore(directory: fixture.directory.path).close()
        }
        #expect(error == .newer(place: fixture.database, version: Self.new, supported: Self.old))
        #expect(try bytes("parley.db") == before.0)
        #expect(try bytes("parley.db-wal") == before.1)
    }

    @Test("With no room for the copy nothing is migrated; with room the next start does it")
    func noRoom() async throws {
        let fixture = try await oldDirectory()
        try FileManager.default.createDirectory(
            atPath: "\(fixture.database).v\(Self.old).bak", withIntermediateDirectories: false)
        var options = SQLiteStoreOptions()
        options.migrations = Self.chain
        let error = #expect(throws: StoreOpenError.self) {
            try SQLiteChatStore(directory: fixture.directory.path, options: options).close()
        }
        #expect(error?.exitCode == 73)
        #expect(try version(fixture.directory) == Self.old)
        try FileManager.default.removeItem(atPath: "\(fixture.database).v\(Self.old).bak")
        try SQLiteChatStore(directory: fixture.directory.path, options: options).close()
        try expectNew(fixture.database)
        try expectOld("\(fixture.database).v\(Self.old).bak")
    }
}
