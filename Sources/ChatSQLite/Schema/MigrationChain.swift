/// The newest schema that is known, and the steps from each version to the next.
struct MigrationChain: Sendable {
    /// `PRAGMA user_version` after the last step.
    var version: Int
    /// What takes a file from version `n` to `n + 1`, at index `n - 1`.
    var steps: [@Sendable (Connection) throws -> Void]

    /// That of this binary.
    static let current = MigrationChain(version: DatabaseSchema.version, steps: DatabaseSchema.migrations)
}
