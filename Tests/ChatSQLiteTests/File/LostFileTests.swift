import ChatCore
import ChatCoreTestKit
import ChatSQLite
import Foundation
import Synchronization
import Testing

@Suite("A file that is not at its place any more")
struct LostFileTests {
    enum Way: CaseIterable {
        case removed, moved, replaced, cut
    }

    private func take(_ fixture: StoreFixture, _ way: Way) throws {
        let path = fixture.directory.path
        switch way {
        case .removed:
            try FileManager.default.removeItem(atPath: fixture.database)
        case .moved:
            try FileManager.default.moveItem(atPath: path, toPath: path + ".moved")
        case .cut:
            try fixture.run("truncate", "-s", "0", fixture.database)
        case .replaced:
            try "another".write(toFile: path + "/other", atomically: false, encoding: .utf8)
            try fixture.run("mv", path + "/other", fixture.database)
        }
    }

    @Test("Nothing is acknowledged that was written to it, the owner is told once, and what lies there is left alone",
        arguments: Way.allCases)
    func lost(_ way: Way) async throws {
        let told = Mutex<[StoreOpenError]>([])
        var options = SQLiteStoreOptions()
        options.whenLost = { error in told.withLock { $0.append(error) } }
        let fixture = try StoreFixture(options)
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        try await fixture.bench.send("kept", to: chat, from: ann)
        try take(fixture, way)
        defer { try? FileManager.default.removeItem(atPath: fixture.directory.path + ".moved") }
        for _ in 1...2 {
            let error = await #expect(throws: ChatError.self) {
                try await fixture.bench.send("lost", to: chat, from: ann)
            }
            #expect(error?.code == .unavailable)
        }
        try fixture.bench.close()
        let errors = told.withLock { $0 }
        #expect(errors.count == 1)
        guard case .inaccessible(fixture.database, _) = errors.first else {
            Issue.record("\(errors)")
            return
        }
        #expect(errors.first?.exitCode == 73)
        if way == .replaced {
            #expect(try String(contentsOfFile: fixture.database, encoding: .utf8) == "another")
        }
        guard way == .moved else { return }
        let moved = try SQLiteChatStore(directory: fixture.directory.path + ".moved")
        #expect(try await moved.read { try $0.history(of: chat, .latest, limit: 9).messages.first?.content } == "kept")
        try moved.close()
    }

    @Test("A log without its file is not thrown away for a new file, and goes on once the file is back")
    func logAlone() async throws {
        let fixture = try StoreFixture()
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        try await fixture.settle()
        try await fixture.bench.send("in the log", to: chat, from: ann)
        let crash = try fixture.copy(["parley.db", "parley.db-wal", "parley.lock"])
        try fixture.bench.close()
        try fixture.run("mv", crash.path + "/parley.db", crash.path + "/aside")
        let error = #expect(throws: StoreOpenError.self) { try SQLiteChatStore(directory: crash.path) }
        #expect(error?.exitCode == 73)
        #expect(Set(try crash.listing).isSuperset(of: ["aside", "parley.db-wal"]))
        #expect(!(try crash.listing.contains("parley.db")))
        try fixture.run("mv", crash.path + "/aside", crash.path + "/parley.db")
        let store = try SQLiteChatStore(directory: crash.path)
        #expect(try await store.read { try $0.chat(chat)?.lastSeq } == 1)
        try store.close()
    }
}
