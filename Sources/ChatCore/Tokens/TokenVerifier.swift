/// Says whose a token is. Implemented by `ChatTokens`.
public protocol TokenVerifier: Sendable {
    /// Checks signature, algorithm, times, issuer and audience; whether the user exists, is blocked or had the token
    /// revoked is the store's to say (``ChatReadView/admission(of:token:)``). Called on event loops: takes some tens of
    /// microseconds, and never waits.
    ///
    /// - Throws: ``TokenError``.
    func verify(_ token: String) throws(TokenError) -> VerifiedToken

    /// Whether the keys that a token was verified by are still in use. Between ``verify(_:)`` and the moment that its
    /// bearer is listed among those whom a revocation ends, the keys may have been revoked, which then reaches nobody:
    /// so whoever lives on a token asks this once it is listed.
    func stillAccepts(_ hold: TokenHold) -> Bool
}

public struct VerifiedToken: Sendable, Hashable {
    public var userID: UserID
    /// The `name` claim: the username when `--auto-create-users` makes the user.
    public var name: String?
    public var expiresAt: Timestamp
    public var facts: TokenFacts
    /// How often the keys had been revoked when one of them verified it; `nil`: by a key that is not ours to revoke.
    public var keyGeneration: UInt64?

    public init(
        userID: UserID, name: String?, expiresAt: Timestamp, facts: TokenFacts, keyGeneration: UInt64? = nil
    ) {
        self.userID = userID
        self.name = name
        self.expiresAt = expiresAt
        self.facts = facts
        self.keyGeneration = keyGeneration
    }
}

/// What a session keeps of the token by which it is here.
public struct TokenHold: Sendable, Hashable {
    /// `jti`, where it has one.
    public let id: TokenID?
    public let expiresAt: Timestamp
    /// As ``VerifiedToken/keyGeneration``.
    public let keyGeneration: UInt64?

    public init(_ token: VerifiedToken) {
        id = token.facts.id
        expiresAt = token.expiresAt
        keyGeneration = token.keyGeneration
    }
}

public enum TokenError: Error, Hashable, Sendable {
    /// Missing, malformed, badly signed, `alg: none`, wrong issuer or audience.
    case unauthorized(String)
    case expired
}
