import ChatCore

/// One rule that every store keeps to: run on a new, empty store.
public struct ContractRule: Sendable, CustomStringConvertible {
    public let name: String
    public let policy: ChatPolicy
    public let check: @Sendable (StoreBench) async throws -> Void

    public init(
        _ name: String, policy: ChatPolicy = ChatPolicy(),
        _ check: @escaping @Sendable (StoreBench) async throws -> Void
    ) {
        self.name = name
        self.policy = policy
        self.check = check
    }

    public var description: String { name }

    /// Opens a store, checks the rule, closes the store.
    public func run(_ opener: @escaping StoreBench.Opener) async throws {
        let bench = try StoreBench(policy: policy, opener)
        do {
            try await check(bench)
        } catch {
            try bench.close()
            throw error
        }
        try bench.close()
    }
}

/// All rules, by what they are about.
public enum StoreContract {
    public static let all: [ContractRule] =
        users + tokens + chats + members + messages + receipts + alterations + recovery + pages + isolation + files
        + search + languages + feed + cursors
}
