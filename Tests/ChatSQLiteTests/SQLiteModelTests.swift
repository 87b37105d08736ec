import ChatCore
import ChatCoreTestKit
import ChatSQLite
import Foundation
import Testing

@Suite("The SQLite store and the model agree")
struct SQLiteModelTests {
    /// The seeds of this run: one given, to repeat it, or three new ones and one that once found something.
    static let seeds: [UInt64] = {
        if let given = ProcessInfo.processInfo.environment["PARLEY_TEST_SEED"], let seed = UInt64(given) {
            return [seed]
        }
        // The first one found an edit that was lost between two pages when a reaction followed it.
        return [15_519_085_259_090_821_280] + (0..<3).map { _ in UInt64.random(in: 0...UInt64.max) }
    }()

    @Test("Random commands of many users, with restarts and clients that come and go", arguments: seeds)
    func random(_ seed: UInt64) async throws {
        let fixture = try StoreFixture(SQLiteStoreOptions(durability: .normal))
        var run = ModelRun(fixture.bench, seed: seed)
        try await run.run(steps: 1500)
        try fixture.bench.close()
        #expect(try DatabaseCheck.run(fixture.database).isEmpty, "seed \(seed)")
    }

    @Test("Random commands of every kind: the feed, from its beginning or any place in it, is the database",
        arguments: seeds)
    func feed(_ seed: UInt64) async throws {
        let fixture = try StoreFixture(SQLiteStoreOptions(durability: .normal))
        var run = FeedRun(fixture.bench, seed: seed)
        try await run.run(steps: 1500)
        try fixture.bench.close()
        #expect(try DatabaseCheck.run(fixture.database).isEmpty, "seed \(seed)")
    }
}
