import ChatCore
import ChatCoreTestKit
import Foundation
import GRDB
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
        #expect(error == .inUse(path: fixture.directory.path))
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
        #expect(error == .newer(path: fixture.database, version: 99, supported: DatabaseSchema.version))
        #expect(error.exitCode == 65)
        #expect(try Data(contentsOf: URL(fileURLWithPath: fixture.database)) == before)
        #expect(try fixture.directory.listing == ["parley.db", "parley.lock"])
    }

    @Test(
        "What is no database of Parley's is refused by name and not touched",
        arguments: ["garbage", "empty", "other", "cut"])
    func damaged(_ kind: String) throws {
        let fixture = try StoreFixture()
        try fixture.bench.close()
        let url = URL(fileURLWithPath: fixture.database)
        switch kind {
        case "garbage": try Data(repeating: 0x41, count: 20_000).write(to: url)
        case "empty": try Data().write(to: url)
        case "cut": try Data(contentsOf: url).prefix(5000).write(to: url)
        default:
            try FileManager.default.removeItem(at: url)
            _ = try StoreFixture.shell(fixture.database, "CREATE TABLE t (a)", readonly: false)
        }
        let before = try Data(contentsOf: url)
        let error = try refusal(fixture.directory.path)
        guard case .damaged(fixture.database, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(error.exitCode == 65)
        #expect(try Data(contentsOf: url) == before)
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
