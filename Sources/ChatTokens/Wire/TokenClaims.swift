import ByteText
import ChatCore
import JSON

/// The claims that Parley looks at (RFC 7519 section 4.1). Others are ignored.
struct TokenClaims: Sendable {
    /// From the claim that names the user: `sub`, or `--jwt-user-claim` for outside tokens.
    var subject: ByteString?
    var outsideUser: ByteString?
    var name: ByteString?
    var preferredUsername: ByteString?
    var picture: ByteString?
    var issuer: ByteString?
    var audience: [ByteString]
    var id: ByteString?
    var issuedAt: Double?
    var expiresAt: Double?
    var notBefore: Double?

    /// - Parameter userClaim: the claim of outside tokens that names the user.
    /// - Throws: `Malformed` when one of the claims is of another type than it has to be.
    init(_ claims: TokenJSON, userClaim: ByteString) throws(TokenJSON.Malformed) {
        subject = Self.text(claims, "sub")
        outsideUser = userClaim == "sub" ? subject : Self.text(claims, userClaim)
        name = Self.text(claims, "name")
        preferredUsername = Self.text(claims, "preferred_username")
        picture = Self.text(claims, "picture")
        issuer = try claims.text("iss")
        id = Self.text(claims, "jti")
        issuedAt = try claims.number("iat")
        expiresAt = try claims.number("exp")
        notBefore = try claims.number("nbf")
        switch claims["aud"] {
        case nil: audience = []
        case .string(let one): audience = [one]
        case .array(let several):
            audience = several.compactMap(\.string)
            guard audience.count == several.count else { throw TokenJSON.Malformed() }
        default: throw TokenJSON.Malformed()
        }
    }

    /// What it says of its user.
    var profile: TokenProfile {
        TokenProfile(preferredUsername: preferredUsername, name: name, picture: picture)
    }

    /// A string, or an integer written as one: backends with numeric user ids are common. Anything else counts as
    /// absent, which is refused where the claim is needed.
    private static func text(_ claims: TokenJSON, _ name: ByteString) -> ByteString? {
        let value = claims[name]
        return value?.string ?? value?.wholeNumber.map { ByteString(String($0)) }
    }
}
