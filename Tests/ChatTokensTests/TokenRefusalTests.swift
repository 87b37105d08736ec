import ChatCore
import ChatTokens
import Foundation
import JWTKit
import Testing

@Suite("Tokens that are refused")
struct TokenRefusalTests {
    private typealias Base = TokenAuthorityTests

    static func part(_ json: String) -> String {
        Data(json.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }

    static let claims = part(#"{"sub":"u1","name":"alice","exp":1800000600}"#)

    @Test(
        "What is no token is unauthorized",
        arguments: [
            "", "x", ".", "..", "a.b", "a.b.c.d", "....", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..",
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.", "\u{0}.\u{0}.\u{0}", "ü.ü.ü",
            String(repeating: "a", count: 100_000), "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.AA",
        ])
    func garbage(token: String) async throws {
        #expect(Base.isUnauthorized(token, by: try Base.authority()))
    }

    @Test("alg none is refused in every spelling", arguments: ["none", "None", "NONE", "nOnE", "", "HS256 "])
    func algorithmNone(name: String) async throws {
        let header = Self.part(#"{"alg":"\#(name)","typ":"JWT"}"#)
        let authority = try Base.authority()
        #expect(Base.isUnauthorized("\(header).\(Self.claims).", by: authority))
        let signature = try await Base.hs256(.init()).split(separator: ".")[2]
        #expect(Base.isUnauthorized("\(header).\(Self.claims).\(signature)", by: authority))
    }

    @Test("A token from the future is refused, beyond the leeway: it would outlive a revocation")
    func issuedInTheFuture() async throws {
        let authority = try Base.authority()
        var claims = Base.Claims()
        claims.iat = 1_800_000_060
        #expect(Base.refusal(of: try await Base.hs256(claims), by: authority) == nil)
        for time in [1_800_000_061, 9_000_000_000, Int.max] {
            claims.iat = time
            #expect(Base.isUnauthorized(try await Base.hs256(claims), by: authority))
        }
        claims.iat = nil
        #expect(Base.refusal(of: try await Base.hs256(claims), by: authority) == nil)
    }

    @Test("A wrong key, a changed claim, a cut or a padded signature are refused")
    func badSignature() async throws {
        let authority = try Base.authority()
        let foreign = try await Base.hs256(.init(), key: String(repeating: "k", count: 32))
        #expect(Base.isUnauthorized(foreign, by: authority))
        let good = try await Base.hs256(.init()).split(separator: ".").map(String.init)
        #expect(Base.refusal(of: good.joined(separator: "."), by: authority) == nil)
        #expect(Base.isUnauthorized("\(good[0]).\(Self.claims).\(good[2])", by: authority))
        #expect(Base.isUnauthorized("\(good[0]).\(good[1]).\(good[2].dropLast(4))", by: authority))
        #expect(Base.isUnauthorized("\(good[0]).\(good[1]).\(good[2])=", by: authority))
        #expect(Base.isUnauthorized("\(good[0]).\(good[1]).", by: authority))
    }

    @Test("A header with critical extensions is refused, though the signature is right")
    func criticalExtensions() async throws {
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: Base.secret), digestAlgorithm: .sha256)
        let algorithm = try await keys.getKey()
        func signed(_ header: String) throws -> String {
            let signed = "\(Self.part(header)).\(Self.claims)"
            let signature = Data(try algorithm.sign(Array(signed.utf8))).base64EncodedString()
            return signed + "."
                + signature.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
        let authority = try Base.authority()
        #expect(Base.refusal(of: try signed(#"{"alg":"HS256"}"#), by: authority) == nil)
        #expect(Base.isUnauthorized(try signed(#"{"alg":"HS256","crit":["b64"],"b64":false}"#), by: authority))
    }

    @Test("HS384 and HS512 with the right secret are refused: only HS256 is offered")
    func otherHMACs() async throws {
        let secret = String(repeating: "s", count: 64)
        let authority = try Base.authority(KeyRing(current: try Base.secret(secret)))
        for digest in [DigestAlgorithm.sha384, .sha512] {
            let keys = JWTKeyCollection()
            await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: digest)
            #expect(Base.isUnauthorized(try await keys.sign(Base.Claims()), by: authority))
        }
    }

    @Test("Claims of the wrong type are refused, not misread")
    func mistypedClaims() async throws {
        struct Odd: JWTPayload {
            var sub = "u1"
            var exp = "1800000600"
            func verify(using algorithm: some JWTAlgorithm) async throws {}
        }
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: Base.secret), digestAlgorithm: .sha256)
        #expect(Base.isUnauthorized(try await keys.sign(Odd()), by: try Base.authority()))
    }
}
