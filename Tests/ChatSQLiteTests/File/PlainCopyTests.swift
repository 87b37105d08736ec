import ChatCore
import ChatCoreTestKit
import Foundation
import Testing

@testable import ChatSQLite

@Suite("A plain copy is a backup", .serialized)
struct PlainCopyTests {
    @Test("Copies taken under load pass the check and hold what was acknowledged before the last checkpoint")
    func copiesUnderLoad() async throws {
        let fixture = try StoreFixture()
        let ids = try await fixture.bench.users(["ann", "bob"])
        let chat = try await fixture.bench.group("c", ids)
        let stop = Flag()
        let bench = fixture.bench
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in ids {
                group.addTask {
                    var number = 0
                    while !stop.isSet {
                        number += 1
                        try await bench.send("message \(number) of many", to: chat, from: id)
                    }
                }
            }
            group.addTask {
                while !stop.isSet { _ = try await bench.read { try $0.history(of: chat, .latest, limit: 50) } }
            }
            let target = try TemporaryDirectory()
            var last: Int64 = 0
            // Each copy opens the file anew; between two of them a checkpoint has to find its moment.
            var number = 0
            while try number < 60 || last == 0 || fixture.sqlite.counters.checkpoints == 0 {
                number += 1
                let copy = target.path + "/copy\(number).db"
                try fixture.run("cp", fixture.database, copy)
                let findings = try DatabaseCheck.run(copy)
                #expect(findings.isEmpty, "copy \(number): \(findings)")
                last = max(
                    last,
                    Int64(try StoreFixture.shell("file:\(copy)?immutable=1", "SELECT max(last_seq) FROM chats")) ?? 0)
            }
            stop.set()
            try await group.waitForAll()
        }
        #expect(try fixture.sqlite.counters.checkpointsPartial == 0)
        try bench.close()
    }

    @Test("While somebody holds the file open no checkpoint is made; afterwards one is")
    func heldOpen() async throws {
        let fixture = try StoreFixture()
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        try await fixture.settle()
        let store = try fixture.sqlite
        let (input, holder) = try fixture.hold()
        let before = store.counters
        try await fixture.bench.send("x", to: chat, from: ann)
        while store.counters.checkpointsPostponed == before.checkpointsPostponed {
            // Counters are told with each batch.
            try await fixture.bench.send("x", to: chat, from: ann)
        }
        #expect(store.counters.checkpoints == before.checkpoints)
        #expect(store.counters.logBytes > 0)
        input.closeFile()
        holder.waitUntilExit()
        while store.counters.checkpoints == before.checkpoints {
            try await fixture.bench.send("x", to: chat, from: ann)
        }
        try fixture.bench.close()
    }

    @Test("A long log is carried in parts, and a copy taken between two of them is whole")
    func parts() async throws {
        var options = SQLiteStoreOptions(durability: .normal)
        options.logPart = 16
        let fixture = try StoreFixture(policy: ChatPolicy(), options)
        let bench = fixture.bench
        let ids = try await bench.users(["ann", "bob"])
        let chat = try await bench.group("c", ids)
        try await fixture.settle()
        let store = try fixture.sqlite
        let target = try TemporaryDirectory()
        let (input, holder) = try fixture.hold()
        for number in 1...200 { try await bench.send("message \(number) of many", to: chat, from: ids[number % 2]) }
        #expect(store.counters.logBytes > 100 * 4096)
        input.closeFile()
        holder.waitUntilExit()
        var seqs: [Int64] = []
        for number in 1...500 where store.counters.checkpointParts < 12 || store.counters.logBytes > 0 {
            let copy = target.path + "/copy\(number).db"
            try fixture.run("cp", fixture.database, copy)
            let findings = try DatabaseCheck.run(copy)
            #expect(findings.isEmpty, "copy \(number): \(findings)")
            seqs.append(Int64(try StoreFixture.shell("file:\(copy)?immutable=1", "SELECT last_seq FROM chats")) ?? -1)
            // More comes while it is carried.
            if number < 20 { try await bench.send("meanwhile", to: chat, from: ids[0]) }
        }
        #expect(store.counters.checkpointParts >= 12)
        #expect(seqs == seqs.sorted() && Set(seqs).count > 2)
        try bench.close()
        #expect(try fixture.directory.listing == ["parley.db", "parley.lock"])
        #expect(try DatabaseCheck.run(fixture.database).isEmpty)
    }

    @Test("A stop with a long log carries it in parts too")
    func partsAtTheStop() async throws {
        var options = SQLiteStoreOptions(durability: .normal)
        options.logPart = 16
        let fixture = try StoreFixture(policy: ChatPolicy(), options)
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        try await fixture.settle()
        let (input, holder) = try fixture.hold()
        for number in 1...150 { try await fixture.bench.send("\(number)", to: chat, from: ann) }
        input.closeFile()
        holder.waitUntilExit()
        try fixture.bench.close()
        #expect(try fixture.directory.listing == ["parley.db", "parley.lock"])
        let alone = "file:\(fixture.database)?immutable=1"
        #expect(try StoreFixture.shell(alone, "SELECT count(*) FROM messages") == "150")
        #expect(try DatabaseCheck.run(fixture.database).isEmpty)
    }

    @Test("At the log's limit it is carried over all the same, and counted")
    func forced() async throws {
        let fixture = try StoreFixture(policy: ChatPolicy(), SQLiteStoreOptions(walLimit: 200_000))
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        let holder = try FileHandle(forReadingFrom: URL(fileURLWithPath: fixture.database))
        let store = try fixture.sqlite
        while store.counters.checkpointsForced == 0 {
            try await fixture.bench.send(String(repeating: "x", count: 4000), to: chat, from: ann)
        }
        #expect(store.counters.checkpoints > 0)
        try fixture.bench.close()
        // Closing it any earlier would drop the locks that SQLite has in this process.
        try holder.close()
    }

    @Test(
        "A copy of a directory in use, in either order of its files, opens with all or the start of what was sent",
        arguments: [["parley.db", "parley.db-wal", "parley.lock"], ["parley.lock", "parley.db-wal", "parley.db"]])
    func directories(_ order: [String]) async throws {
        let fixture = try StoreFixture()
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        for round in 1...20 {
            try await fixture.bench.send("\(round)", to: chat, from: ann)
            let copy = try fixture.copy(order)
            let findings = try DatabaseCheck.run(copy.path + "/parley.db").filter { $0.kind != .log }
            #expect(findings.isEmpty, "round \(round): \(findings)")
            let store = try SQLiteChatStore(directory: copy.path)
            let seq = try await store.read { try $0.chat(chat)?.lastSeq ?? 0 }
            #expect(seq <= round)
            // With nothing in between, and the file first, the log holds the rest.
            if order[0] == "parley.db" { #expect(seq == round) }
            try store.close()
            #expect(try DatabaseCheck.run(copy.path + "/parley.db").isEmpty)
        }
        try fixture.bench.close()
    }

    @Test("At the stop parley.db is the only database file, and holds everything")
    func stop() async throws {
        let fixture = try StoreFixture()
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        for number in 1...20 { try await fixture.bench.send("\(number)", to: chat, from: ann) }
        try fixture.bench.close()
        #expect(try fixture.directory.listing == ["parley.db", "parley.lock"])
        let alone = "file:\(fixture.database)?immutable=1"
        #expect(try StoreFixture.shell(alone, "SELECT count(*) FROM messages") == "20")
        #expect(try DatabaseCheck.run(fixture.database).isEmpty)
        #expect(try fixture.directory.listing == ["parley.db", "parley.lock"])
    }

    @Test("If another program holds the file at the stop, the log stays beside it and nothing is lost")
    func stopWhileHeld() async throws {
        let fixture = try StoreFixture()
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        try await fixture.settle()
        let holder = try FileHandle(forReadingFrom: URL(fileURLWithPath: fixture.database))
        try await fixture.bench.send("last", to: chat, from: ann)
        try fixture.bench.close()
        try holder.close()
        let files = try fixture.directory.listing.filter { $0 != "parley.db-shm" }
        #expect(files == ["parley.db", "parley.db-wal", "parley.lock"])
        // As a copy of the directory has it: no shared memory, and the check makes none.
        let copy = try fixture.copy(files)
        let before = try files.map { try Data(contentsOf: URL(fileURLWithPath: copy.path + "/" + $0)) }
        #expect(try DatabaseCheck.run(copy.path + "/parley.db").isEmpty)
        #expect(try copy.listing == files)
        #expect(try files.map { try Data(contentsOf: URL(fileURLWithPath: copy.path + "/" + $0)) } == before)
        let again = try SQLiteChatStore(directory: fixture.directory.path)
        #expect(try await again.read { try $0.history(of: chat, .latest, limit: 1).messages[0].content } == "last")
        try again.close()
        #expect(try fixture.directory.listing == ["parley.db", "parley.lock"])
    }
}
