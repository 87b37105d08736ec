/// A person or program that chats. CONTRACT section 2, "user".
public struct User: Hashable, Sendable {
    public var id: UserID
    /// Unique, case folded.
    public var username: String
    public var displayName: String?
    public var avatarURL: String?
    public var createdAt: Timestamp
    /// The end of the latest session; `nil` before the first one ended.
    public var lastSeenAt: Timestamp?
    public var blocked: Bool

    public init(
        id: UserID, username: String, displayName: String?, avatarURL: String?, createdAt: Timestamp,
        lastSeenAt: Timestamp?, blocked: Bool
    ) {
        self.id = id
        self.username = username
        self.displayName = displayName
        self.avatarURL = avatarURL
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
        self.blocked = blocked
    }

    /// What a deleted user is called where what they did is still there.
    public static let deletedName = "deleted user"

    public var card: UserCard {
        UserCard(id: id, username: username, displayName: displayName, avatarURL: avatarURL)
    }
}

/// What other users see of a user: the `sender` of a message, the answer of `user:get`.
public struct UserCard: Hashable, Sendable {
    public var id: UserID
    public var username: String
    public var displayName: String?
    public var avatarURL: String?

    public init(id: UserID, username: String, displayName: String?, avatarURL: String?) {
        self.id = id
        self.username = username
        self.displayName = displayName
        self.avatarURL = avatarURL
    }
}
