/// A member in an archive, with the watermarks.
public struct ArchiveMember: Sendable, Hashable {
    public var chatID: ChatID
    public var userID: UserID
    public var role: Member.Role
    public var joinedAt: Timestamp
    /// The chat's last `seq` when they joined; 0 in archives that do not say: they see everything.
    public var joinedSeq: Int64
    /// `nil` in archives that do not say: the chat's last, so that nothing is unread. So for both watermarks.
    public var deliveredSeq: Int64?
    public var deliveredAt: Timestamp?
    public var readSeq: Int64?
    public var readAt: Timestamp?

    public init(
        chatID: ChatID, userID: UserID, role: Member.Role, joinedAt: Timestamp, joinedSeq: Int64 = 0,
        deliveredSeq: Int64? = nil, deliveredAt: Timestamp? = nil, readSeq: Int64? = nil, readAt: Timestamp? = nil
    ) {
        self.chatID = chatID
        self.userID = userID
        self.role = role
        self.joinedAt = joinedAt
        self.joinedSeq = joinedSeq
        self.deliveredSeq = deliveredSeq
        self.deliveredAt = deliveredAt
        self.readSeq = readSeq
        self.readAt = readAt
    }
}
