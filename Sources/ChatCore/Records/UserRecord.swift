/// A user who is there, as the rules see them. A deleted one has no record.
public final class UserRecord {
    /// By which the engine knows the user; never another's.
    public let key: Int64
    public var user: User

    public init(key: Int64, user: User) {
        self.key = key
        self.user = user
    }
}

@available(*, unavailable)
extension UserRecord: Sendable {}

/// What the rules look at of a token that Parley issued.
public struct TokenState: Sendable, Hashable {
    public var owner: UserID
    public var isRevoked: Bool

    public init(owner: UserID, isRevoked: Bool) {
        self.owner = owner
        self.isRevoked = isRevoked
    }
}
