import ByteText
import ChatCore
import JSON
import Synchronization

/// Issues Parley's tokens and says whose a token is. CONTRACT section 3, "Token".
///
/// A token is checked in this order; the first that fails is the answer:
/// 1. Form: three base64url parts, a JSON header without `crit`.
/// 2. Signature. The `alg` of the header chooses among the keys of that algorithm only: HS256 means the key ring,
///    RS256, ES256 and EdDSA the keys of `--jwt-public-key` and `--jwt-jwks-url`, anything else (`none` above all) is
///    refused. A public key is thus never taken for a secret.
/// 3. Claims: `exp` always; `iat`, where given, not in the future; issuer, audience and user claim as the policy asks
///    of outside tokens; `nbf` where given.
///
/// Everything is done on the caller's thread in some tens of microseconds; nothing waits.
public final class TokenAuthority: TokenVerifier, Sendable {
    private static let ownIssuer = ByteString(TokenPolicy.ownIssuer)

    private let policy: TokenPolicy
    private let clock: @Sendable () -> Timestamp
    private let keys: Mutex<Keys>
    private let outside: Mutex<Outside>
    private let ahead = IssuesAhead()

    /// The public keys of others: of a file, and of an address with who fetches them from there.
    private struct Outside {
        var ofFile: OutsideKeys?
        var fetched: OutsideKeys?
        var source: (any OutsideKeySource)?
        /// Both.
        var all: OutsideKeys?

        mutating func join() { all = ofFile?.joined(with: fetched) ?? fetched }
    }

    /// The keys in use, and how often those before them were revoked.
    private struct Keys {
        var inUse: SymmetricKeys
        var generation: UInt64 = 0
    }

    /// - Parameter clock: the time by which tokens are judged.
    public init(
        ring: KeyRing, outside: OutsideKeys? = nil, policy: TokenPolicy = TokenPolicy(),
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.policy = policy
        self.outside = Mutex(Outside(ofFile: outside, all: outside))
        self.clock = clock
        keys = Mutex(Keys(inUse: SymmetricKeys(ring)))
    }

    /// Uses another ring from now on, after a rotation was stored.
    ///
    /// - Parameter revoking: what the keys before verified holds no more (``stillAccepts(_:)``).
    public func install(_ ring: KeyRing, revoking: Bool) {
        let prepared = SymmetricKeys(ring)
        keys.withLock { keys in
            keys.inUse = prepared
            if revoking { keys.generation += 1 }
        }
    }

    /// Uses the keys of the file as it is now.
    public func install(ofFile keys: OutsideKeys) {
        outside.withLock { outside in
            outside.ofFile = keys
            outside.join()
        }
    }

    /// Uses the keys that an address serves, beside those of the file; those that were fetched before hold no more.
    public func install(fetched keys: OutsideKeys) {
        outside.withLock { outside in
            outside.fetched = keys
            outside.join()
        }
    }

    /// Public keys of others that are known now.
    public var outsideKeyCount: Int { outside.withLock { $0.all?.count ?? 0 } }

    /// Who is asked for keys that are not known.
    public func fetch(from source: any OutsideKeySource) { outside.withLock { $0.source = source } }

    public func fetchKeys(_ done: @escaping @Sendable () -> Void) {
        guard let source = outside.withLock({ $0.source }) else { return done() }
        source.fetchForUnknownKey(done)
    }

    public func stillAccepts(_ hold: TokenHold) -> Bool {
        guard let generation = hold.keyGeneration else { return true }
        return keys.withLock { $0.generation == generation }
    }

    /// The latest time of issue, still to come, that a token of the user's has shown since the start: up to then a
    /// revocation of everything they hold has to reach. `nil` where that is now.
    public func latestIssueAhead(of user: UserID) -> Timestamp? { ahead.latest(of: user, now: clock()) }

    /// A signed token, with the claims of CONTRACT section 3, "Token". Times are cut to seconds, as JWTs count.
    public func issue(_ record: TokenRecord, username: String) -> String {
        let key = keys.withLock { $0.inUse.current }
        let header = Self.part { header in
            header.field("alg", "HS256")
            header.field("kid", key.kid.string)
            header.field("typ", "JWT")
        }
        let claims = Self.part { claims in
            claims.field("exp", record.expiresAt.milliseconds / 1000)
            claims.field("iat", record.createdAt.milliseconds / 1000)
            claims.field("iss", TokenPolicy.ownIssuer)
            claims.field("jti", record.id.rawValue)
            claims.field("name", username)
            claims.field("sub", record.userID.rawValue)
        }
        let signed = header + "." + claims
        return signed + "." + Base64.url.encode(key.mac.code(of: signed.utf8))
    }

    /// A part of a token: an object whose members `write` writes.
    private static func part(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        writer.object(write)
        return Base64.url.encode(writer.finishText().utf8)
    }

    public func verify(_ token: String) throws(TokenError) -> VerifiedToken {
        let token = BearerToken.alone(ByteString(token)).string
        guard !token.isEmpty else { throw .unauthorized("A token is needed.") }
        guard let compact = CompactToken(token) else {
            throw .unauthorized("The token is malformed.")
        }
        let generation = try checkSignature(of: compact)
        // Strangers are not told what is wrong with what they made up.
        guard let json = try? TokenJSON(compact.payload),
            let claims = try? TokenClaims(json, userClaim: ByteString(policy.userClaim))
        else { throw .unauthorized("The token's claims are malformed.") }
        return try judge(claims, keyGeneration: generation)
    }

    /// - Returns: the generation of the ring, where a key of it signed the token; `nil` where an outside one did.
    private func checkSignature(of token: CompactToken) throws(TokenError) -> UInt64? {
        var generation: UInt64?
        let isSigned: Bool?
        if token.header.alg == "HS256" {
            // In one look, so that the keys are those of the generation.
            let (candidates, current) = keys.withLock { ($0.inUse.candidates(kid: token.header.kid), $0.generation) }
            generation = current
            isSigned = candidates.contains { $0.mac.isCode(token.signature, of: token.signed) }
        } else {
            let (all, isServed) = outside.withLock { ($0.all, $0.source != nil) }
            isSigned = all?.haveSigned(token)
            if isSigned == nil, isServed, OutsideKeys.algorithms.contains(token.header.alg) { throw .unknownKey }
        }
        guard let isSigned else { throw .unauthorized(TokenError.unknownKey.explanation) }
        guard isSigned else { throw .unauthorized("The token's signature is wrong.") }
        return generation
    }

    private func judge(_ claims: TokenClaims, keyGeneration: UInt64?) throws(TokenError) -> VerifiedToken {
        let own = keyGeneration != nil && claims.issuer == Self.ownIssuer
        let now = clock()
        let leeway: Duration = own ? .zero : policy.leeway
        guard let expiry = claims.expiresAt.flatMap(Self.timestamp) else {
            throw .unauthorized("The token has no usable exp claim.")
        }
        let tolerated = expiry.advanced(by: leeway)
        guard now < tolerated else { throw .expired }
        // A revocation ends what was issued before it: a token that says it was issued later would outlive it.
        if let issued = claims.issuedAt {
            guard let time = Self.timestamp(issued), time <= now.advanced(by: policy.leeway) else {
                throw .unauthorized("The token was issued in the future.")
            }
        }
        if let notBefore = claims.notBefore {
            guard let start = Self.timestamp(notBefore), start < now.advanced(by: leeway + .milliseconds(1)) else {
                throw .unauthorized("The token is not valid yet.")
            }
        }
        if !own {
            if let issuer = policy.issuer, claims.issuer != ByteString(issuer) {
                throw .unauthorized("The token's issuer is not accepted.")
            }
            if let audience = policy.audience, !claims.audience.contains(ByteString(audience)) {
                throw .unauthorized("The token is for another audience.")
            }
        }
        let claim = own ? "sub" : policy.userClaim
        guard let user = own ? claims.subject : claims.outsideUser, !user.isEmpty else {
            throw .unauthorized("The token names no user in the claim \(claim).")
        }
        guard IdentifierRule.allows(user) else {
            throw .unauthorized("The claim \(claim) is no user's id: 1 to 128 visible characters of ASCII.")
        }
        let userID = UserID(user)
        let issuedAt = claims.issuedAt.flatMap(Self.timestamp)
        if let issuedAt { ahead.shown(by: userID, issuedAt: issuedAt, now: now) }
        return VerifiedToken(
            userID: userID, profile: own ? TokenProfile(preferredUsername: claims.name) : claims.profile,
            // Accepted on leeway alone: the session lasts as long as the leeway does.
            expiresAt: now < expiry ? expiry : tolerated,
            facts: TokenFacts(id: claims.id.map { TokenID($0) }, issuedAt: issuedAt), keyGeneration: keyGeneration)
    }

    /// NumericDate (RFC 7519 section 2), within the years that fit; `nil` for nonsense.
    private static func timestamp(_ seconds: Double) -> Timestamp? {
        guard seconds.isFinite, abs(seconds) < 1e12 else { return nil }
        return Timestamp(milliseconds: Int64((seconds * 1000).rounded()))
    }
}
