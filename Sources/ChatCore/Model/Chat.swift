/// A conversation. CONTRACT section 2, "chat".
public struct Chat: Hashable, Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case group
        /// Of exactly two users; unique for the pair.
        case direct
    }

    public var id: ChatID
    public var name: String?
    public var kind: Kind
    public var createdAt: Timestamp
    public var memberCount: Int
    /// The `seq` of the newest message; 0 while there is none.
    public var lastSeq: Int64

    public init(id: ChatID, name: String?, kind: Kind, createdAt: Timestamp, memberCount: Int, lastSeq: Int64) {
        self.id = id
        self.name = name
        self.kind = kind
        self.createdAt = createdAt
        self.memberCount = memberCount
        self.lastSeq = lastSeq
    }
}

/// A user's place in a chat, with its two watermarks.
public struct Member: Hashable, Sendable {
    public enum Role: String, Sendable, CaseIterable {
        case owner, admin, member
    }

    public var user: UserCard
    public var role: Role
    public var joinedAt: Timestamp
    /// Everything up to this `seq` was delivered to the user.
    public var deliveredSeq: Int64
    /// Everything up to this `seq` was read by the user.
    public var readSeq: Int64

    public init(user: UserCard, role: Role, joinedAt: Timestamp, deliveredSeq: Int64, readSeq: Int64) {
        self.user = user
        self.role = role
        self.joinedAt = joinedAt
        self.deliveredSeq = deliveredSeq
        self.readSeq = readSeq
    }
}
