/// Says whose a token is. Implemented by `ChatTokens`.
public protocol TokenVerifier: Sendable {
    /// Checks signature, algorithm, times, issuer and audience; whether the user exists, is blocked or had the token
    /// revoked is the store's to say (``ChatReadView/admission(of:token:)``). Called on event loops: takes some tens of
    /// microseconds, and never waits.
    ///
    /// - Throws: ``TokenError``.
    func verify(_ token: String) throws(TokenError) -> VerifiedToken

    /// Has the keys fetched from which a token was signed that ``verify(_:)`` found none for
    /// (``TokenError/unknownKey``), if they may be asked for now, and calls back from any thread when they came or did
    /// not: then the token is verified once more. May call back at once.
    func fetchKeys(_ done: @escaping @Sendable () -> Void)

    /// Whether the keys that a token was verified by are still in use. Between ``verify(_:)`` and the moment that its
    /// bearer is listed among those whom a revocation ends, the keys may have been revoked, which then reaches nobody:
    /// so whoever lives on a token asks this once it is listed.
    func stillAccepts(_ hold: TokenHold) -> Bool
}

extension TokenVerifier {
    /// Nothing to fetch.
    public func fetchKeys(_ done: @escaping @Sendable () -> Void) { done() }

    /// As ``verify(_:)``, with keys that are fetched where the token names one that is not known. Calls back at once
    /// where nothing is to be fetched, else from any thread.
    public func verify(
        _ token: String, reply: @escaping @Sendable (Result<VerifiedToken, TokenError>) -> Void
    ) {
        let found = verified(token)
        guard case .failure(.unknownKey) = found else { return reply(found) }
        fetchKeys { reply(self.verified(token)) }
    }

    private func verified(_ token: String) -> Result<VerifiedToken, TokenError> {
        do throws(TokenError) {
            return .success(try verify(token))
        } catch {
            return .failure(error)
        }
    }
}

public struct VerifiedToken: Sendable, Hashable {
    public var userID: UserID
    /// What it says of the user: what `--auto-create-users` follows. Parley's own tokens tell the username.
    public var profile: TokenProfile
    public var expiresAt: Timestamp
    public var facts: TokenFacts
    /// How often the keys had been revoked when one of them verified it; `nil`: by a key that is not ours to revoke.
    public var keyGeneration: UInt64?

    public init(
        userID: UserID, profile: TokenProfile = TokenProfile(), expiresAt: Timestamp, facts: TokenFacts,
        keyGeneration: UInt64? = nil
    ) {
        self.userID = userID
        self.profile = profile
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
    /// Signed with a key that is not known: it may be one that was made since the keys were fetched.
    case unknownKey

    /// A sentence for whoever showed it.
    public var explanation: String {
        switch self {
        case .unauthorized(let why): why
        case .expired: "The token has expired."
        case .unknownKey: "The token's algorithm or key is not accepted."
        }
    }
}
