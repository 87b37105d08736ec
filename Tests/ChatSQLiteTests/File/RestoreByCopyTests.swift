import ChatCore
import ChatCoreTestKit
import Foundation
import Synchronization
import Testing
import WaitTestKit

@testable import ChatSQLite

@Suite("A plain copy put in place is a restore")
struct RestoreByCopyTests {
    /// A directory as a crash leaves it: file, log and lock of a running store.
    private func crashed(_ fixture: StoreFixture) throws -> TemporaryDirectory {
        try fixture.copy(["parley.db", "parley.db-wal", "parley.lock"])
    }

    @Test("After a crash the log is replayed, at whatever point of the checkpoints it happened")
    func replay() async throws {
        let fixture = try StoreFixture()
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        for round in 1...4 {
            try await fixture.bench.send("\(round)", to: chat, from: ann)
            if round.isMultiple(of: 2) { try await fixture.settle() }
            let copy = try crashed(fixture)
            let store = try SQLiteChatStore(directory: copy.path)
            #expect(try await store.read { try $0.chat(chat)?.lastSeq } == Int64(round))
            try store.close()
            #expect(try copy.listing == ["parley.db", "parley.lock"])
        }
        try fixture.bench.close()
    }

    /// Does the first part of a checkpoint as SQLite does it: pages in ascending order, each in its latest version.
    private func carry(_ count: Int, pagesInto directory: TemporaryDirectory) throws {
        let log = [UInt8](try Data(contentsOf: URL(fileURLWithPath: directory.path + "/parley.db-wal")))
        func number(_ offset: Int) -> Int { log[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) } }
        let pageSize = number(8)
        var latest: [Int: Int] = [:]
        var frame = 32
        while frame + 24 + pageSize <= log.count, log[(frame + 8)..<(frame + 16)] == log[16..<24] {
            latest[number(frame)] = frame + 24
            frame += 24 + pageSize
        }
        let main = try FileHandle(forUpdating: URL(fileURLWithPath: directory.path + "/parley.db"))
        defer { try? main.close() }
        for (page, offset) in latest.sorted(by: { $0.key < $1.key }).prefix(count) {
            try main.seek(toOffset: UInt64((page - 1) * pageSize))
            try main.write(contentsOf: log[offset..<(offset + pageSize)])
        }
    }

    @Test("After an end inside a checkpoint, however far it came, the log completes the file")
    func insideCheckpoint() async throws {
        let fixture = try StoreFixture()
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        try await fixture.settle()
        let text = String(repeating: "page ", count: 800)
        for _ in 1...60 { try await fixture.bench.send(text, to: chat, from: ann) }
        for count in [1, 2, 4, 8, 16, 32, 64] {
            let crash = try crashed(fixture)
            guard FileManager.default.fileExists(atPath: crash.path + "/parley.db-wal") else { continue }
            try carry(count, pagesInto: crash)
            #expect(try DatabaseCheck.run(crash.path + "/parley.db").isEmpty, "\(count) pages")
            let store = try SQLiteChatStore(directory: crash.path)
            #expect(try await store.read { try $0.chat(chat)?.lastSeq } == 60, "\(count) pages")
            try store.close()
            #expect(try DatabaseCheck.run(crash.path + "/parley.db").isEmpty, "\(count) pages, closed")
        }
        try fixture.bench.close()
    }

    @Test("The log of a crashed run is not replayed into an older copy, but moved aside")
    func staleLog() async throws {
        let fixture = try StoreFixture()
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        try await fixture.bench.send("in the copy", to: chat, from: ann)
        try await fixture.settle()
        let copy = try fixture.copy(["parley.db"])
        for number in 1...3 {
            try await fixture.bench.send("later \(number)", to: chat, from: ann)
            try await fixture.settle()
        }
        try await fixture.bench.send("in the log", to: chat, from: ann)
        let crash = try crashed(fixture)
        try fixture.bench.close()
        try fixture.run("cp", copy.path + "/parley.db", crash.path + "/parley.db")
        #expect(try DatabaseCheck.run(crash.path + "/parley.db").map(\.kind) == [.log])
        let store = try SQLiteChatStore(directory: crash.path)
        #expect(
            try await store.read { try $0.history(of: chat, .latest, limit: 9).messages.map(\.content) } == [
                "in the copy"
            ])
        try store.close()
        #expect(try crash.listing.filter { $0.hasPrefix("parley.db-wal.stale-") }.count == 1)
        #expect(try DatabaseCheck.run(crash.path + "/parley.db").isEmpty)
    }

    @Test("A copy from the middle of a log that is carried in parts is continued by that log, not by the next one")
    func middleOfALog() async throws {
        var options = SQLiteStoreOptions(durability: .normal)
        options.logPart = 16
        let fixture = try StoreFixture(policy: ChatPolicy(), options)
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        try await fixture.settle()
        let (input, holder) = try fixture.hold()
        for number in 1...200 { try await fixture.bench.send("message \(number)", to: chat, from: ann) }
        input.closeFile()
        holder.waitUntilExit()
        var copy = try fixture.copy(["parley.db"])
        try await until("a copy is from the middle of the log") {
            copy = try fixture.copy(["parley.db"])
            let alone = "file:\(copy.path)/parley.db?immutable=1"
            return try StoreFixture.shell(alone, "SELECT wal_frames < 0 FROM state") == "1"
        }
        let middle = try crashed(fixture)
        try fixture.run("cp", copy.path + "/parley.db", middle.path + "/parley.db")
        #expect(try DatabaseCheck.run(middle.path + "/parley.db").isEmpty)
        try await fixture.settle()
        try await fixture.bench.send("in the next log", to: chat, from: ann)
        let crash = try crashed(fixture)
        try fixture.bench.close()
        try fixture.run("cp", copy.path + "/parley.db", crash.path + "/parley.db")
        #expect(try DatabaseCheck.run(crash.path + "/parley.db").map(\.kind) == [.log])
        let store = try SQLiteChatStore(directory: crash.path)
        let seq = try await store.read { try $0.chat(chat)?.lastSeq } ?? -1
        #expect((1..<200).contains(seq))
        try store.close()
        #expect(try crash.listing.filter { $0.hasPrefix("parley.db-wal.stale-") }.count == 1)
        #expect(try DatabaseCheck.run(crash.path + "/parley.db").isEmpty)
    }

    @Test("An earlier copy of the log beside a later file is not replayed")
    func earlierLog() async throws {
        let fixture = try StoreFixture()
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        try await fixture.settle()
        try await fixture.bench.send("one", to: chat, from: ann)
        let early = try fixture.copy(["parley.db-wal"])
        for number in 1...50 { try await fixture.bench.send("\(number)", to: chat, from: ann) }
        try await fixture.settle()
        try fixture.run("cp", fixture.database, early.path + "/parley.db")
        try fixture.run("cp", fixture.directory.path + "/parley.lock", early.path + "/parley.lock")
        let store = try SQLiteChatStore(directory: early.path)
        #expect(try await store.read { try $0.chat(chat)?.lastSeq } == 51)
        try store.close()
        #expect(try DatabaseCheck.run(early.path + "/parley.db").isEmpty)
        try fixture.bench.close()
    }

    @Test("A backup in the place of a crashed file is what is found, not the crashed one's log")
    func backupOverCrash() async throws {
        let fixture = try StoreFixture()
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        try await fixture.settle()
        try await fixture.bench.send("in the backup", to: chat, from: ann)
        let backup = try TemporaryDirectory()
        try fixture.sqlite.backup(to: backup.path + "/backup.db")
        try await fixture.bench.send("after it", to: chat, from: ann)
        let crash = try crashed(fixture)
        try fixture.run("cp", backup.path + "/backup.db", crash.path + "/parley.db")
        let store = try SQLiteChatStore(directory: crash.path)
        #expect(try await store.read { try $0.chat(chat)?.lastSeq } == 1)
        try store.close()
        try fixture.bench.close()
    }

    /// The note of a directory, as words: `log`, the main file's salts, the log's.
    private func note(_ directory: TemporaryDirectory) throws -> [String] {
        try String(contentsOfFile: directory.path + "/parley.lock", encoding: .utf8)
            .split { $0.isWhitespace }.map(String.init)
    }

    @Test("Before a run's first log is begun, parley.lock says that one is about to be")
    func noteBeforeTheLog() throws {
        let directory = try TemporaryDirectory()
        let seen = Mutex<[String]>([])
        var options = SQLiteStoreOptions()
        options.clock = {
            // The epoch is stamped just before the first transaction.
            let text = try? String(contentsOfFile: directory.path + "/parley.lock", encoding: .utf8)
            seen.withLock { $0.append(text ?? "") }
            return .now()
        }
        let store = try SQLiteChatStore(directory: directory.path, options: options)
        let noted = try note(directory)
        #expect(noted[2] != "*")
        #expect(seen.withLock { $0.last { !$0.contains(noted[2]) } } == "log \(noted[1]) *\n")
        try store.close()
    }

    @Test("A crash before the first log was noted replays it, and moves a foreign one aside")
    func crashBeforeTheNote() async throws {
        let fixture = try StoreFixture()
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        let holder = try #require(FileHandle(forReadingAtPath: fixture.database))
        try await fixture.bench.send("in the log", to: chat, from: ann)
        let crash = try crashed(fixture)
        let other = try StoreFixture()
        let mixed = try crashed(other)
        try fixture.run("cp", crash.path + "/parley.db-wal", mixed.path + "/parley.db-wal")
        for directory in [crash, mixed] {
            let line = "log \(try note(directory)[1]) *\n"
            try line.write(toFile: directory.path + "/parley.lock", atomically: false, encoding: .utf8)
        }
        // The foreign log lies beside a file whose own first log was begun by nobody: the lock is the crash's.
        try fixture.run("cp", crash.path + "/parley.lock", mixed.path + "/parley.lock")
        let store = try SQLiteChatStore(directory: crash.path)
        #expect(try await store.read { try $0.chat(chat)?.lastSeq } == 1)
        try store.close()
        #expect(try crash.listing == ["parley.db", "parley.lock"])
        try SQLiteChatStore(directory: mixed.path).close()
        #expect(try mixed.listing.filter { $0.hasPrefix("parley.db-wal.stale-") }.count == 1)
        #expect(try DatabaseCheck.run(mixed.path + "/parley.db").isEmpty)
        try fixture.bench.close()
        // Closing it any earlier would drop the locks that SQLite has in this process.
        try holder.close()
        try other.bench.close()
    }

    @Test("Two crashes, the first between the log's last note and its checkpoint, lose nothing")
    func crashBetweenNoteAndCheckpoint() async throws {
        let fixture = try StoreFixture()
        let holder = try #require(FileHandle(forReadingAtPath: fixture.database))
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        try await fixture.bench.send("in the log", to: chat, from: ann)
        let first = try crashed(fixture)
        try fixture.bench.close()
        try holder.close()
        // What the checkpointer writes last, in the log only.
        let log = try #require(WriteAheadLog(path: first.path + "/parley.db-wal"))
        let connection = try Connection(path: first.path + "/parley.db", readonly: false)
        try connection.prepare("UPDATE state SET wal_salt = ?, wal_frames = 99").run(Int64(bitPattern: log.salts))
        try MainFile.closeUntouched(connection)
        let between = try SQLiteChatStore(directory: first.path)
        let second = try TemporaryDirectory()
        for name in ["parley.db", "parley.db-wal", "parley.lock"] {
            try fixture.run("cp", first.path + "/" + name, second.path + "/" + name)
        }
        try between.close()
        let store = try SQLiteChatStore(directory: second.path)
        #expect(try await store.read { try $0.chat(chat)?.lastSeq } == 1)
        try store.close()
        #expect(try second.listing == ["parley.db", "parley.lock"])
    }

    @Test("A backup in the place of a file that crashed before its first checkpoint is what is found")
    func backupOverFirstRun() async throws {
        let fixture = try StoreFixture()
        let holder = try #require(FileHandle(forReadingAtPath: fixture.database))
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        try await fixture.bench.send("in the backup", to: chat, from: ann)
        let backup = try TemporaryDirectory()
        try fixture.sqlite.backup(to: backup.path + "/backup.db")
        for number in 1...30 { try await fixture.bench.send("after it \(number)", to: chat, from: ann) }
        let crash = try crashed(fixture)
        try fixture.bench.close()
        try holder.close()
        try fixture.run("cp", backup.path + "/backup.db", crash.path + "/parley.db")
        let store = try SQLiteChatStore(directory: crash.path)
        #expect(try await store.read { try $0.chat(chat)?.lastSeq } == 1)
        try store.close()
        #expect(try DatabaseCheck.run(crash.path + "/parley.db").isEmpty)
        #expect(try crash.listing.filter { $0.hasPrefix("parley.db-wal.stale-") }.count == 1)
    }
}
