/// Says whose a token is. Implemented by `ChatTokens`.
public protocol TokenVerifier: Sendable {
    /// Checks signature, algorithm, times, issuer and audience; whether the user exists, is blocked or had the token
    /// revoked is the store's to say (``ChatReadView/admission(of:token:)``). Called on event loops: takes some tens of
    /// microseconds, and never waits.
    ///
    /// - Throws: ``TokenError``.
    func verify(_ token: String) throws(TokenError) -> VerifiedToken
}

public struct VerifiedToken: Sendable, Hashable {
    public var userID: UserID
    /// The `name` claim: the username when `--auto-create-users` makes the user.
    public var name: String?
    public var expiresAt: Timestamp
    public var facts: TokenFacts

    public init(userID: UserID, name: String?, expiresAt: Timestamp, facts: TokenFacts) {
        self.userID = userID
        self.name = name
        self.expiresAt = expiresAt
        self.facts = facts
    }
}

public enum TokenError: Error, Hashable, Sendable {
    /// Missing, malformed, badly signed, `alg: none`, wrong issuer or audience.
    case unauthorized(String)
    case expired
}
