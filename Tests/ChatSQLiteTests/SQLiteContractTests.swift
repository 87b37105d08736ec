import ChatCore
import ChatCoreTestKit
import ChatSQLite
import Testing

@Suite("The SQLite store keeps to the contract of all stores")
struct SQLiteContractTests {
    @Test("Each rule", arguments: StoreContract.all)
    func rule(_ rule: ContractRule) async throws {
        let directory = try TemporaryDirectory()
        try await rule.run { policy, clock in
            try SQLiteChatStore(
                directory: directory.path, policy: policy,
                options: SQLiteStoreOptions(durability: .normal, clock: { clock.now }))
        }
        #expect(try directory.listing == ["parley.db", "parley.lock"])
    }

    @Test("Statistics tell the size of the file")
    func fileBytes() async throws {
        let fixture = try StoreFixture(SQLiteStoreOptions(durability: .normal))
        #expect(try await fixture.bench.read { try $0.statistics().fileBytes } > 0)
        try fixture.bench.close()
    }
}
