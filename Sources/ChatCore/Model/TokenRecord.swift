/// What the store keeps of a token that Parley issued: enough to list and to revoke it, never the token itself.
public struct TokenRecord: Hashable, Sendable {
    /// The token's `jti`.
    public var id: TokenID
    public var userID: UserID
    public var label: String?
    public var createdAt: Timestamp
    public var expiresAt: Timestamp
    public var revokedAt: Timestamp?

    public init(
        id: TokenID, userID: UserID, label: String?, createdAt: Timestamp, expiresAt: Timestamp, revokedAt: Timestamp?
    ) {
        self.id = id
        self.userID = userID
        self.label = label
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }
}
