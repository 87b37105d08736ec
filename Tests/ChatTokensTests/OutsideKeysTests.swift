import ChatCore
import ChatTokens
import JWTKit
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

    @Test("A file without a usable key, or with a private one, is refused and says why")
    func badFiles() async throws {
        for text in ["", "hello", "{}", #"{"keys":[]}"#, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"] {
            await #expect(throws: OutsideKeysError.self) { try await OutsideKeys(text) }
        }
        let secret = ES256PrivateKey().pemRepresentation
        await #expect(throws: OutsideKeysError.self) { try await OutsideKeys(secret) }
    }
}
