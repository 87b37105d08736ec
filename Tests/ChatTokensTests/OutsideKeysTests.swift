import ChatCore
import ChatTokens
import JWTKit
import Synchronization
import Testing

@Suite("Tokens signed with a private key elsewhere")
struct OutsideKeysTests {
    private typealias Base = TokenAuthorityTests

    static let policy = TokenPolicy(issuer: "shop")
    static let claims = TokenAuthorityTests.Claims(iss: "shop")

    @Test("RS256, ES256 and EdDSA tokens are accepted with the PEM of their key")
    func pem() async throws {
        let rsa = try RSAKeys()
        let ec = ES256PrivateKey()
        let ed = try EdDSA.PrivateKey()
        let pem = [rsa.publicPEM, ec.publicKey.pemRepresentation, ed.publicKey.pemRepresentation]
        let authority = try await Base.authority(
            outside: OutsideKeys(pem.joined(separator: "\n")), policy: Self.policy)
        let signers = [JWTKeyCollection(), JWTKeyCollection(), JWTKeyCollection()]
        await signers[0].add(rsa: rsa.privateKey, digestAlgorithm: .sha256)
        await signers[1].add(ecdsa: ec)
        await signers[2].add(eddsa: ed)
        for signer in signers {
            let token = try await signer.sign(Self.claims)
            #expect(try authority.verify(token).userID == UserID("u1"))
            let late = try await signer.sign(Base.Claims(exp: 1_799_999_900, iss: "shop"))
            #expect(Base.refusal(of: late, by: authority) == .expired)
            let foreign = try await signer.sign(Base.Claims(iss: "else"))
            #expect(Base.isUnauthorized(foreign, by: authority))
        }
    }

    @Test("A key that is not in the file is refused, and so is any when there is no file")
    func unknownKey() async throws {
        let signer = JWTKeyCollection()
        await signer.add(ecdsa: ES256PrivateKey())
        let token = try await signer.sign(Self.claims)
        let other = try await OutsideKeys(ES256PrivateKey().publicKey.pemRepresentation)
        #expect(Base.isUnauthorized(token, by: try Base.authority(outside: other, policy: Self.policy)))
        #expect(Base.isUnauthorized(token, by: try Base.authority()))
    }

    @Test("A public key is never taken for an HMAC secret")
    func algorithmConfusion() async throws {
        let pem = ES256PrivateKey().publicKey.pemRepresentation
        let authority = try await Base.authority(outside: OutsideKeys(pem), policy: Self.policy)
        for secret in [pem, pem + "\n"] {
            #expect(Base.isUnauthorized(try await Base.hs256(Self.claims, key: secret), by: authority))
        }
    }

    @Test("A JWKS gives its keys by kid; keys for other uses in it are passed over")
    func jwks() async throws {
        let ec = ES256PrivateKey()
        let parameters = try #require(ec.publicKey.parameters)
        let json = """
            {"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"secret"},
            {"kty":"EC","crv":"P-256","alg":"ES256","kid":"one","x":"\(parameters.x)","y":"\(parameters.y)"}]}
            """
        let authority = try await Base.authority(outside: OutsideKeys(json), policy: Self.policy)
        let signer = JWTKeyCollection()
        await signer.add(ecdsa: ec, kid: "one")
        #expect(try authority.verify(try await signer.sign(Self.claims, kid: "one")).userID == UserID("u1"))
        let misnamed = JWTKeyCollection()
        await misnamed.add(ecdsa: ec, kid: "two")
        #expect(Base.isUnauthorized(try await misnamed.sign(Self.claims, kid: "two"), by: authority))
    }

    @Test("A served JWKS may have a key that cannot be used among those that can; a file may not")
    func served() async throws {
        let ec = ES256PrivateKey()
        let parameters = try #require(ec.publicKey.parameters)
        let bad = #"{"kty":"EC","crv":"P-256","kid":"bad","x":"AAAA","y":"AAAA"}"#
        let good = #"{"kty":"EC","crv":"P-256","kid":"one","x":"\#(parameters.x)","y":"\#(parameters.y)"}"#
        let set = #"{"keys":[\#(bad),\#(good)]}"#
        #expect(try await OutsideKeys(served: set).count == 1)
        await #expect(throws: OutsideKeysError.self) { try await OutsideKeys(set) }
        let many = Array(repeating: good, count: OutsideKeys.limit + 1).joined(separator: ",")
        for text in ["", "<html>", "[]", #"{"keys":[]}"#, #"{"keys":[\#(bad)]}"#, #"{"keys":[\#(many)]}"#] {
            await #expect(throws: OutsideKeysError.self) { try await OutsideKeys(served: text) }
        }
    }

    /// Gives the keys of a signer when it is asked, and counts how often it is.
    private final class Provider: OutsideKeySource {
        let authority: TokenAuthority
        let keys: OutsideKeys?
        let asked = Mutex(0)

        init(_ authority: TokenAuthority, _ keys: OutsideKeys?) {
            self.authority = authority
            self.keys = keys
        }

        func fetchForUnknownKey(_ done: @escaping @Sendable () -> Void) {
            asked.withLock { $0 += 1 }
            if let keys { authority.install(fetched: keys) }
            done()
        }
    }

    private static func verified(_ token: String, by authority: TokenAuthority) async -> Result<UserID, TokenError> {
        await withCheckedContinuation { continuation in
            authority.verify(token) { continuation.resume(returning: $0.map(\.userID)) }
        }
    }

    @Test("A key that is not known is asked for; a token that is wrong in another way asks for nothing")
    func fetched() async throws {
        let (old, new) = (ES256PrivateKey(), ES256PrivateKey())
        func set(_ key: ES256PrivateKey, _ kid: String) throws -> String {
            let parameters = try #require(key.publicKey.parameters)
            return #"{"kty":"EC","crv":"P-256","kid":"\#(kid)","x":"\#(parameters.x)","y":"\#(parameters.y)"}"#
        }
        let authority = try Base.authority(policy: Self.policy)
        authority.install(fetched: try await OutsideKeys(served: try set(old, "old")))
        let provider = Provider(authority, try await OutsideKeys(served: try set(new, "new")))
        authority.fetch(from: provider)
        let signer = JWTKeyCollection()
        await signer.add(ecdsa: old, kid: "old")
        await signer.add(ecdsa: new, kid: "new")
        let token = try await signer.sign(Self.claims, kid: "old")
        #expect(await Self.verified(token, by: authority) == .success(UserID("u1")))
        let foreign = try await signer.sign(Base.Claims(iss: "else"), kid: "old")
        guard case .failure(.unauthorized) = await Self.verified(foreign, by: authority) else {
            Issue.record("the issuer is another")
            return
        }
        #expect(provider.asked.withLock { $0 } == 0)
        let rotated = try await signer.sign(Self.claims, kid: "new")
        #expect(await Self.verified(rotated, by: authority) == .success(UserID("u1")))
        #expect(provider.asked.withLock { $0 } == 1)
        #expect(await Self.verified(token, by: authority) == .failure(.unknownKey), "it is served no more")
    }

    @Test("Keys of a file and keys of an address hold side by side, each exchanged by itself")
    func both() async throws {
        let (filed, served) = (ES256PrivateKey(), ES256PrivateKey())
        let authority = try await Base.authority(
            outside: OutsideKeys(filed.publicKey.pemRepresentation), policy: Self.policy)
        authority.install(fetched: try await OutsideKeys(served.publicKey.pemRepresentation))
        var tokens: [String] = []
        for key in [filed, served] {
            let signer = JWTKeyCollection()
            await signer.add(ecdsa: key)
            tokens.append(try await signer.sign(Self.claims))
        }
        #expect(tokens.allSatisfy { Base.refusal(of: $0, by: authority) == nil })
        authority.install(ofFile: try await OutsideKeys(ES256PrivateKey().publicKey.pemRepresentation))
        #expect(tokens.map { Base.refusal(of: $0, by: authority) == nil } == [false, true])
    }

    @Test("A file without a usable key, or with a private one, is refused and says why")
    func badFiles() async throws {
        for text in ["", "hello", "{}", #"{"keys":[]}"#, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"] {
            await #expect(throws: OutsideKeysError.self) { try await OutsideKeys(text) }
        }
        let secret = ES256PrivateKey().pemRepresentation
        await #expect(throws: OutsideKeysError.self) { try await OutsideKeys(secret) }
    }
}
