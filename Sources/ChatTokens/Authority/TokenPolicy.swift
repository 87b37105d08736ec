/// What outside tokens must carry. CONTRACT section 1, `--jwt-…`.
public struct TokenPolicy: Sendable, Hashable {
    /// The `iss` that Parley's own tokens carry.
    public static let ownIssuer = "parley"

    /// The `iss` of outside tokens, where one is asked for.
    public var issuer: String?
    /// One of the `aud` of outside tokens, where one is asked for.
    public var audience: String?
    /// The claim of outside tokens that names the user.
    public var userClaim: String
    /// How far the clocks of other machines may be off. Parley's own tokens are told the time by the clock that checks
    /// it and get none.
    public var leeway: Duration

    public init(
        issuer: String? = nil, audience: String? = nil, userClaim: String = "sub", leeway: Duration = .seconds(60)
    ) {
        self.issuer = issuer
        self.audience = audience
        self.userClaim = userClaim
        self.leeway = leeway
    }
}
