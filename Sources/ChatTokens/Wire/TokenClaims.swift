/// The claims that Parley looks at (RFC 7519 section 4.1). Others are ignored.
struct TokenClaims: Decodable, Sendable {
    /// From the claim that names the user: `sub`, or `--jwt-user-claim` for outside tokens.
    var subject: String?
    var outsideUser: String?
    var name: String?
    var issuer: String?
    var audience: [String]
    var id: String?
    var issuedAt: Double?
    var expiresAt: Double?
    var notBefore: Double?

    /// Where the decoder finds the name of the user claim of outside tokens.
    static let userClaimKey = CodingUserInfoKey(rawValue: "parley.user-claim")

    init(from decoder: any Decoder) throws {
        let claims = try decoder.container(keyedBy: Key.self)
        let userClaim = Self.userClaimKey.flatMap { decoder.userInfo[$0] as? String } ?? "sub"
        subject = Self.text(claims, "sub")
        outsideUser = userClaim == "sub" ? subject : Self.text(claims, userClaim)
        name = Self.text(claims, "name")
        issuer = try claims.decodeIfPresent(String.self, forKey: Key("iss"))
        id = try claims.decodeIfPresent(String.self, forKey: Key("jti"))
        issuedAt = try claims.decodeIfPresent(Double.self, forKey: Key("iat"))
        expiresAt = try claims.decodeIfPresent(Double.self, forKey: Key("exp"))
        notBefore = try claims.decodeIfPresent(Double.self, forKey: Key("nbf"))
        if !claims.contains(Key("aud")) {
            audience = []
        } else if let one = try? claims.decode(String.self, forKey: Key("aud")) {
            audience = [one]
        } else {
            audience = try claims.decode([String].self, forKey: Key("aud"))
        }
    }

    /// A string, or an integer written as one: backends with numeric user ids are common. Anything else counts as
    /// absent, which is refused where the claim is needed.
    private static func text(_ claims: KeyedDecodingContainer<Key>, _ name: String) -> String? {
        if let text = try? claims.decode(String.self, forKey: Key(name)) { return text }
        return (try? claims.decode(Int64.self, forKey: Key(name))).map(String.init)
    }

    struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

/// The claims of the tokens that Parley issues. CONTRACT section 3, "Token".
struct IssuedClaims: Encodable, Sendable {
    var sub: String
    var name: String
    var iat: Int64
    var exp: Int64
    var jti: String
    var iss: String
}
