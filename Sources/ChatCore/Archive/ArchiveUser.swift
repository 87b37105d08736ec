/// A user in an archive.
public struct ArchiveUser: Sendable, Hashable {
    public var user: User
    /// Tokens issued up to then are revoked; `nil`: none was revoked that way.
    public var tokensRevokedAt: Timestamp?
    /// Set: only the id is left, which is never given again.
    public var deletedAt: Timestamp?

    public init(user: User, tokensRevokedAt: Timestamp? = nil, deletedAt: Timestamp? = nil) {
        self.user = user
        self.tokensRevokedAt = tokensRevokedAt
        self.deletedAt = deletedAt
    }
}
