import ChatCore
import ChatCoreTestKit
import Foundation
import Testing

@testable import ChatSQLite

@Suite("Opening")
struct OpeningTests {
    private func refusal(_ directory: String) throws -> StoreOpenError {
        do {
            try SQLiteChatStore(directory: directory).close()
        } catch let error as StoreOpenError {
            return error
        }
        throw ContractViolation("the store is refused")
    }

    @Test("The directory is the owner's alone, and so is the file")
    func modes() throws {
        let parent = try TemporaryDirectory()
        let directory = parent.path + "/data"
        let store = try SQLiteChatStore(directory: directory)
        for (path, mode) in [("", 0o700), ("/parley.db", 0o600), ("/parley.lock", 0o600), ("/parley.db-wal", 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: directory + path)
            #expect(attributes[.posixPermissions] as? Int == mode, "\(path)")
        }
        try store.close()
    }

    @Test("A second server on the same directory is refused, and the first works on")
    func inUse() async throws {
        let fixture = try StoreFixture()
        let error = try refusal(fixture.directory.path)
        #expect(error == .inUse(place: fixture.directory.path))
        #expect(error.exitCode == 75)
        try await fixture.bench.user("ann")
        try fixture.bench.close()
    }

    @Test("A newer file is refused and not touched")
    func newer() throws {
        let fixture = try StoreFixture()
        try fixture.bench.close()
        _ = try StoreFixture.shell(fixture.database, "PRAGMA user_version = 99", readonly: false)
        let before = try Data(contentsOf: URL(fileURLWithPath: fixture.database))
        let error = try refusal(fixture.directory.path)
        #expect(error == .newer(place: fixture.database, version: 99, supported: DatabaseSchema.version))
        #expect(error.exitCode == 65)
        #expect(try Data(contentsOf: URL(fileURLWithPath: fixture.database)) == before)
        #expect(try fixture.directory.listing == ["parley.db", "parley.lock"])
    }

    /// What a careless operator names instead of a database of Parley's.
    private static let foreignKinds = [
        "garbage", "empty", "short", "compressed", "other", "other in WAL mode", "cut", "without tables",
    ]

    private func put(_ kind: String, at path: String) throws {
        let url = URL(fileURLWithPath: path)
        func shell(_ sql: String) throws {
            try FileManager.default.removeItem(at: url)
            _ = try StoreFixture.shell(path, sql, readonly: false)
        }
        switch kind {
        case "garbage": try Data(repeating: 0x41, count: 20_000).write(to: url)
        case "empty": try Data().write(to: url)
        case "short": try Data("notes\n".utf8).write(to: url)
        case "compressed": try (Data([0x1F, 0x8B, 8, 0]) + Data(repeating: 0x55, count: 9000)).write(to: url)
        case "cut": try Data(contentsOf: url).prefix(5000).write(to: url)
        case "without tables":
            try shell("PRAGMA application_id = 0x50524C59; PRAGMA user_version = 1; CREATE TABLE t (a)")
        case "other in WAL mode": try shell("PRAGMA journal_mode = WAL; CREATE TABLE t (a)")
        default: try shell("CREATE TABLE t (a)")
        }
    }

    @Test("What is no database of Parley's is refused by name and not touched", arguments: foreignKinds)
    func foreign(_ kind: String) throws {
        let fixture = try StoreFixture()
        try fixture.bench.close()
        let url = URL(fileURLWithPath: fixture.database)
        try put(kind, at: fixture.database)
        let before = try Data(contentsOf: url)
        let error = try refusal(fixture.directory.path)
        #expect(error.exitCode == 65, "\(error)")
        #expect(error.description.hasPrefix(fixture.database))
        #expect(try Data(contentsOf: url) == before)
    }

    @Test(
        "A check of what is no database of Parley's says so by name, and leaves all as it is", arguments: foreignKinds)
    func checked(_ kind: String) throws {
        let fixture = try StoreFixture()
        try fixture.bench.close()
        try put(kind, at: fixture.database)
        let before = (try Data(contentsOf: URL(fileURLWithPath: fixture.database)), try fixture.directory.listing)
        do {
            #expect(try !DatabaseCheck.run(fixture.database).filter(\.isFault).isEmpty, "\(kind) is sound")
        } catch let error as StoreOpenError {
            #expect(error.exitCode == 65, "\(error)")
            #expect(error.description.hasPrefix(fixture.database))
        }
        let after = (try Data(contentsOf: URL(fileURLWithPath: fixture.database)), try fixture.directory.listing)
        #expect(before == after)
    }

    @Test(
        "What is no file cannot be used, and is not even opened",
        arguments: ["directory", "pipe", "device", "nothing"])
    func noFile(_ kind: String) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/x"
        switch kind {
        case "directory": #expect(mkdir(path, 0o700) == 0)
        case "pipe": #expect(mkfifo(path, 0o600) == 0)
        case "device": #expect(symlink("/dev/null", path) == 0)
        default: break
        }
        do {
            _ = try DatabaseCheck.run(path)
            Issue.record("checked")
        } catch let error as StoreOpenError {
            #expect(error.exitCode == 73, "\(error)")
        }
    }

    @Test("A directory that cannot be made is named")
    func inaccessible() throws {
        let error = try refusal("/proc/parley")
        guard case .inaccessible("/proc/parley", _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(error.exitCode == 73)
    }

    @Test("An older file is copied first, then migrated in one transaction; a failing migration changes nothing")
    func migration() async throws {
        let fixture = try StoreFixture()
        try await fixture.bench.user("ann")
        try fixture.bench.close()
        let directory = try DataDirectory(existing: fixture.directory.path)
        let connection = try Connection(path: fixture.database, readonly: false)
        struct Failure: Error {}
        let present = DatabaseSchema.version
        let done = [@Sendable (Connection) throws -> Void](repeating: { _ in throw Failure() }, count: present - 1)
        let next: @Sendable (Connection) throws -> Void = { try $0.execute("CREATE TABLE added (a)") }
        #expect(throws: Failure.self) {
            try Migration.run(connection, directory, to: present + 2, by: done + [next, { _ in throw Failure() }])
        }
        func version() throws -> Int64? { try connection.prepare("PRAGMA user_version").first { $0.int(0) } }
        func isThere() throws -> Bool {
            try connection.prepare("SELECT 1 FROM sqlite_master WHERE name = 'added'").first { _ in true } ?? false
        }
        #expect(try version() == Int64(present))
        #expect(try !isThere())
        try Migration.run(connection, directory, to: present + 1, by: done + [next])
        #expect(try version() == Int64(present) + 1)
        #expect(try isThere())
        try connection.close()
        let backup = fixture.database + ".v\(present).bak"
        #expect(try StoreFixture.shell(backup, "PRAGMA user_version; SELECT id FROM user_list") == "\(present)\nann")
    }
}
