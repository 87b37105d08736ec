import ChatCore

/// The rules over records in memory, one command at a time: nothing else is there.
public struct RulesBench {
    public let policy: ChatPolicy
    /// The time of the next commands.
    public var now = ManualClock().now
    /// What the last command changed.
    public private(set) var changes: [Change] = []
    /// What commands loaded by key and had not named.
    public private(set) var unnamedLoads: [String] = []
    private var state = MemoryState()

    public init(policy: ChatPolicy = ChatPolicy()) { self.policy = policy }

    public var view: any ChatReadView { MemoryReadView(state, policy: policy, now: now) }

    /// - Throws: what the rules throw; then nothing is changed.
    @discardableResult
    public mutating func run(_ command: Command) throws -> Outcome {
        changes = []
        let records = MemoryRecords(
            state, committed: Revision(state.revision), policy: policy, now: now, needs: command.needs)
        defer { unnamedLoads += records.check.unnamed.map { "\(command) loads: \($0)" } }
        var rules = ChatRules(records)
        let outcome = try rules.run(command)
        state = records.state
        changes = records.changes + rules.changes
        return outcome
    }

    /// Why a command is refused; `nil` where it is not.
    public mutating func refusal(of command: Command) throws -> ChatError? {
        do {
            try run(command)
            return nil
        } catch let error as ChatError {
            return error
        }
    }
}
