import ChatCore

/// Signs tokens and looks after the signing key.
public protocol TokenIssuer: Sendable {
    /// The signed token of a record that the store has committed.
    func sign(_ record: TokenRecord, username: String) throws -> String
    /// The latest time of issue, still to come, that a token of the user's has shown; `nil` for none.
    func latestIssueAhead(of user: UserID) -> Timestamp?
    /// Makes a new signing key, stores it and uses it. Old tokens hold until they expire; with `revoke`, no more.
    ///
    /// - Throws: ``ChatCore/ChatError``: `conflict` when the key is set by the configuration.
    func rotate(revoke: Bool) async throws
}
