import ChatCore
import ChatCoreTestKit
import Foundation
import Testing

@Suite("The store in memory keeps to the contract of all stores, and every command to what it has said it needs")
struct MemoryContractTests {
    @Test("Each rule", arguments: StoreContract.all)
    func rule(_ rule: ContractRule) async throws {
        let database = MemoryDatabase()
        try await rule.run { policy, clock in MemoryChatStore(database, policy: policy, clock: { clock.now }) }
        #expect(database.unnamedLoads.isEmpty)
    }

    /// The seeds of this run: one given, to repeat it, or some fixed ones and one that is new.
    static let seeds: [UInt64] = {
        if let given = ProcessInfo.processInfo.environment["PARLEY_TEST_SEED"], let seed = UInt64(given) {
            return [seed]
        }
        return [1, 2, 15_519_085_259_090_821_280, UInt64.random(in: 0...UInt64.max)]
    }()

    @Test("It and the model agree: random commands of many users, with restarts", arguments: seeds)
    func random(_ seed: UInt64) async throws {
        let database = MemoryDatabase()
        let bench = try StoreBench { policy, clock in
            MemoryChatStore(database, policy: policy, clock: { clock.now })
        }
        var run = ModelRun(bench, seed: seed)
        try await run.run(steps: 600)
        try bench.close()
        #expect(database.unnamedLoads.isEmpty, "seed \(seed)")
    }

    @Test("Its feed, from the beginning or any place in it, is what it has", arguments: seeds)
    func feed(_ seed: UInt64) async throws {
        let database = MemoryDatabase()
        let bench = try StoreBench { policy, clock in
            MemoryChatStore(database, policy: policy, clock: { clock.now })
        }
        var run = FeedRun(bench, seed: seed)
        try await run.run(steps: 400)
        try bench.close()
        #expect(database.unnamedLoads.isEmpty, "seed \(seed)")
    }
}
