import ByteText
import ChatCore
import ChatTokens
import JWTKit
import Synchronization
import Testing

@Suite("Tokens")
struct TokenAuthorityTests {
    static let now = Timestamp(milliseconds: 1_800_000_000_000)
    static let secret = "0123456789abcdef0123456789abcdef"

    /// What another backend puts into a token.
    struct Claims: JWTPayload {
        var sub: String? = "u1"
        var name: String? = "alice"
        var iat: Int? = 1_799_999_000
        var exp: Int? = 1_800_000_600
        var nbf: Int?
        var iss: String?
        var aud: String?
        var jti: String?
        var uid: Int?

        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    static func secret(_ text: String = secret) throws -> SigningSecret {
        try #require(SigningSecret(text))
    }

    static func authority(
        _ ring: KeyRing? = nil, outside: OutsideKeys? = nil, policy: TokenPolicy = TokenPolicy(),
        now: Timestamp = now
    ) throws -> TokenAuthority {
        TokenAuthority(
            ring: try ring ?? KeyRing(current: secret()), outside: outside, policy: policy, clock: { now })
    }

    static func hs256(_ claims: Claims, key: String = secret) async throws -> String {
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: key), digestAlgorithm: .sha256)
        return try await keys.sign(claims)
    }

    static func record(expiresAt: Timestamp = now.advanced(by: .seconds(100))) -> TokenRecord {
        TokenRecord(
            id: TokenID("t1"), userID: UserID("u1"), label: nil, createdAt: now, expiresAt: expiresAt, revokedAt: nil)
    }

    static func refusal(of token: String, by authority: TokenAuthority) -> TokenError? {
        do throws(TokenError) {
            _ = try authority.verify(token)
            return nil
        } catch {
            return error
        }
    }

    static func isUnauthorized(_ token: String, by authority: TokenAuthority) -> Bool {
        if case .unauthorized = refusal(of: token, by: authority) { true } else { false }
    }

    // MARK: What a token says of its user

    @Test("A user claim that is no id is unauthorized, and the message names the claim", arguments: [
        "a b", "ünïcode", " u", "u\n", String(repeating: "x", count: 129), "a\u{200B}",
    ])
    func noID(subject: String) async throws {
        let token = try await Self.hs256(Claims(sub: subject))
        guard case .unauthorized(let why) = Self.refusal(of: token, by: try Self.authority()) else {
            Issue.record("it is refused")
            return
        }
        #expect(why.contains("claim sub "))
    }

    @Test("Subjects as identity providers have them are ids as they are", arguments: [
        "auth0|507f1f77bcf86cd799439020", "jane@example.org", "https://id.example.org/users/7",
        String(repeating: "x", count: 128),
    ])
    func providers(subject: String) async throws {
        let verified = try Self.authority().verify(try await Self.hs256(Claims(sub: subject)))
        #expect(verified.userID == UserID(subject))
        #expect(verified.profile == TokenProfile(name: "alice"))
    }

    @Test("Several secrets of the operator hold, and the first signs")
    func severalSecrets() async throws {
        let (one, two) = (String(repeating: "1", count: 32), String(repeating: "2", count: 32))
        let ring = try #require(KeyRing(secrets: [try Self.secret(one), try Self.secret(two)]))
        let authority = try Self.authority(ring)
        for secret in [one, two] {
            #expect(Self.refusal(of: try await Self.hs256(Claims(), key: secret), by: authority) == nil)
        }
        let token = authority.issue(Self.record(), username: "alice")
        #expect(Self.refusal(of: token, by: try Self.authority(KeyRing(current: Self.secret(one)))) == nil)
        #expect(Self.isUnauthorized(token, by: try Self.authority(KeyRing(current: Self.secret(two)))))
        #expect(KeyRing(secrets: []) == nil)
    }

    @Test("White space around a token is forgiven", arguments: ["\n", "\r\n", " ", "\t"])
    func blanks(blank: String) async throws {
        let token = try await Self.hs256(Claims())
        for text in [token + blank, blank + token, "Bearer \(token)\(blank)"] {
            #expect(try Self.authority().verify(text).userID == UserID("u1"))
        }
    }

    // MARK: Own tokens

    @Test("A token that Parley issued is accepted and says what was issued")
    func ownToken() async throws {
        let authority = try Self.authority()
        let token = authority.issue(Self.record(), username: "alice")
        let verified = try authority.verify(token)
        #expect(
            verified
                == VerifiedToken(
                    userID: UserID("u1"), profile: TokenProfile(preferredUsername: "alice"),
                    expiresAt: Self.now.advanced(by: .seconds(100)),
                    facts: TokenFacts(id: TokenID("t1"), issuedAt: Self.now), keyGeneration: 0))
    }

    @Test("An issued token carries sub, name, iat, exp, jti and iss, readable by another library")
    func issuedClaims() async throws {
        let token = try Self.authority().issue(Self.record(), username: "alice")
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: Self.secret), digestAlgorithm: .sha256)
        let claims = try await keys.verify(token, as: Claims.self)
        #expect(claims.sub == "u1" && claims.name == "alice" && claims.jti == "t1" && claims.iss == "parley")
        #expect(claims.iat == 1_800_000_000 && claims.exp == 1_800_000_100)
    }

    @Test("An own token expires on the second, without leeway")
    func ownExpiry() async throws {
        let token = try Self.authority().issue(Self.record(), username: "alice")
        let before = try Self.authority(now: Self.now.advanced(by: .milliseconds(99_999)))
        let at = try Self.authority(now: Self.now.advanced(by: .seconds(100)))
        #expect(Self.refusal(of: token, by: before) == nil)
        #expect(Self.refusal(of: token, by: at) == .expired)
    }

    // MARK: Rotation

    @Test("After a rotation old tokens hold, and new ones are signed with the new key")
    func rotation() async throws {
        let ring = KeyRing(current: try Self.secret())
        let authority = try Self.authority(ring)
        let old = authority.issue(Self.record(), username: "alice")
        let foreign = try await Self.hs256(Claims())
        let rotated = ring.rotated(revoke: false, at: Self.now)
        authority.install(rotated, revoking: false)
        #expect(Self.refusal(of: old, by: authority) == nil)
        #expect(Self.refusal(of: foreign, by: authority) == nil)
        let new = authority.issue(Self.record(), username: "alice")
        #expect(Self.refusal(of: new, by: authority) == nil)
        #expect(Self.isUnauthorized(new, by: try Self.authority(ring)))
    }

    @Test("A rotation with revocation refuses every old token")
    func rotationRevoking() async throws {
        let ring = KeyRing(current: try Self.secret())
        let authority = try Self.authority(ring)
        let old = authority.issue(Self.record(), username: "alice")
        authority.install(ring.rotated(revoke: true, at: Self.now), revoking: true)
        #expect(Self.isUnauthorized(old, by: authority))
    }

    @Test("What was verified before the keys were revoked holds no more; a mere rotation leaves it, and outside keys")
    func generations() async throws {
        let ring = KeyRing(current: try Self.secret())
        let authority = try Self.authority(ring)
        let before = try authority.verify(authority.issue(Self.record(), username: "alice"))
        var outside = before
        outside.keyGeneration = nil
        let rotated = ring.rotated(revoke: false, at: Self.now)
        authority.install(rotated, revoking: false)
        #expect(authority.stillAccepts(TokenHold(before)))
        authority.install(rotated.rotated(revoke: true, at: Self.now), revoking: true)
        #expect(!authority.stillAccepts(TokenHold(before)) && authority.stillAccepts(TokenHold(outside)))
        let after = try authority.verify(authority.issue(Self.record(), username: "alice"))
        #expect(authority.stillAccepts(TokenHold(after)))
    }

    @Test("A key ring comes back from the database as it went in, and forgets keys whose tokens are all expired")
    func ringEncoding() throws {
        let ring = KeyRing(current: try Self.secret()).rotated(revoke: false, at: Self.now)
        #expect(try KeyRing(encoded: ring.encoded()) == ring)
        #expect(ring.previous.map(\.text) == [Self.secret])
        let later = ring.rotated(revoke: false, at: Self.now.advanced(by: KeyRing.longestToken))
        #expect(later.previous.map(\.text) == [ring.current.text])
        #expect(throws: DecodingError.self) { try KeyRing(encoded: "{}") }
    }

    @Test("A secret has at least 32 bytes, and made ones differ")
    func secrets() {
        #expect(SigningSecret(String(repeating: "x", count: 31)) == nil)
        #expect(SigningSecret(String(repeating: "ü", count: 16)) != nil)
        #expect(SigningSecret.random() != SigningSecret.random())
        #expect(SigningSecret.random().text.utf8.count >= 32)
    }

    // MARK: Tokens of another backend with the same secret

    @Test("A token of another backend with the same secret needs neither jti nor iss")
    func sharedSecret() async throws {
        let verified = try await Self.authority().verify(Self.hs256(Claims()))
        #expect(verified.userID == UserID("u1") && verified.profile == TokenProfile(name: "alice"))
        #expect(verified.facts == TokenFacts(id: nil, issuedAt: Timestamp(milliseconds: 1_799_999_000_000)))
        #expect(verified.expiresAt == Timestamp(milliseconds: 1_800_000_600_000))
    }

    @Test("An outside token is accepted up to 60 s after its exp, for as long as the leeway lasts, and no longer")
    func leeway() async throws {
        let authority = try Self.authority()
        let late = try await Self.hs256(Claims(exp: 1_799_999_941))
        #expect(try authority.verify(late).expiresAt == Self.now.advanced(by: .seconds(1)))
        #expect(Self.refusal(of: try await Self.hs256(Claims(exp: 1_799_999_940)), by: authority) == .expired)
    }

    @Test("A token without exp, or with one that is no time, is refused", arguments: [nil, Int.max])
    func expiryNeeded(exp: Int?) async throws {
        let token = try await Self.hs256(Claims(exp: exp))
        #expect(Self.isUnauthorized(token, by: try Self.authority()))
    }

    @Test("A token that is not valid yet is refused; 60 s of clock skew are forgiven")
    func notBefore() async throws {
        let authority = try Self.authority()
        #expect(Self.isUnauthorized(try await Self.hs256(Claims(nbf: 1_800_000_061)), by: authority))
        #expect(Self.refusal(of: try await Self.hs256(Claims(nbf: 1_800_000_060)), by: authority) == nil)
    }

    @Test("Issuer and audience, where asked for, must be there and match")
    func issuerAndAudience() async throws {
        let authority = try Self.authority(policy: TokenPolicy(issuer: "shop", audience: "chat"))
        #expect(Self.refusal(of: try await Self.hs256(Claims(iss: "shop", aud: "chat")), by: authority) == nil)
        #expect(Self.isUnauthorized(try await Self.hs256(Claims(aud: "chat")), by: authority))
        #expect(Self.isUnauthorized(try await Self.hs256(Claims(iss: "shop")), by: authority))
        #expect(Self.isUnauthorized(try await Self.hs256(Claims(iss: "shop", aud: "mail")), by: authority))
        let own = authority.issue(Self.record(), username: "alice")
        #expect(Self.refusal(of: own, by: authority) == nil)
    }

    @Test("The user claim of outside tokens can be another one, and a number")
    func userClaim() async throws {
        let authority = try Self.authority(policy: TokenPolicy(userClaim: "uid"))
        #expect(try authority.verify(try await Self.hs256(Claims(uid: 42))).userID == UserID("42"))
        #expect(Self.isUnauthorized(try await Self.hs256(Claims()), by: authority))
        let own = authority.issue(Self.record(), username: "alice")
        #expect(try authority.verify(own).userID == UserID("u1"))
    }

    @Test("A token that names no user is refused", arguments: [nil, ""])
    func noUser(sub: String?) async throws {
        #expect(Self.isUnauthorized(try await Self.hs256(Claims(sub: sub)), by: try Self.authority()))
    }

    @Test("Who showed a token of the next minute is remembered until that time, by the latest one")
    func issuedAhead() async throws {
        let clock = Mutex(Self.now)
        let authority = TokenAuthority(
            ring: try KeyRing(current: Self.secret()), clock: { clock.withLock { $0 } })
        let seconds = Int(Self.now.milliseconds / 1000)
        for ahead in [0, 50, 20, 70] {
            _ = try? authority.verify(try await Self.hs256(Claims(iat: seconds + ahead)))
        }
        let user = UserID("u1")
        #expect(authority.latestIssueAhead(of: user) == Self.now.advanced(by: .seconds(50)), "70 s are refused")
        #expect(authority.latestIssueAhead(of: UserID("u2")) == nil)
        clock.withLock { $0 = Self.now.advanced(by: .seconds(50)) }
        #expect(authority.latestIssueAhead(of: user) == nil, "a revocation of now reaches it")
    }
}
