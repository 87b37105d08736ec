/// The role and the watermarks of a member. Changed in place, as ``ChatRecord``.
public final class MemberRecord {
    public struct Key: Hashable, Sendable {
        public var chat: Int64
        public var user: Int64

        public init(chat: Int64, user: Int64) {
            self.chat = chat
            self.user = user
        }
    }

    public let key: Key
    public var role: Member.Role
    public let joinedAt: Timestamp
    /// The chat's `last_seq` when they joined.
    public let joinedSeq: Int64
    /// The revision of the latest change of role; of the joining at first.
    public var roleN: Int64
    public var deliveredSeq: Int64
    public var deliveredAt: Timestamp?
    /// The revision of the latest rise that was told as a receipt; 0: of none.
    public var deliveredN: Int64
    public var readSeq: Int64
    public var readAt: Timestamp?
    public var readN: Int64
    /// Whether it waits to be written; the engine's.
    public var isDirty = false
    /// The revisions as they are written; the engine's, which may have an index by each of them to write.
    public var stored: Revisions

    public struct Revisions: Hashable, Sendable {
        public var role: Int64
        public var delivered: Int64
        public var read: Int64
    }

    public var revisions: Revisions { Revisions(role: roleN, delivered: deliveredN, read: readN) }

    public init(key: Key, role: Member.Role, joinedAt: Timestamp, joinedSeq: Int64, n: Int64) {
        self.key = key
        self.role = role
        self.joinedAt = joinedAt
        self.joinedSeq = joinedSeq
        roleN = n
        deliveredSeq = joinedSeq
        readSeq = joinedSeq
        deliveredN = 0
        readN = 0
        stored = Revisions(role: n, delivered: 0, read: 0)
    }
}

@available(*, unavailable)
extension MemberRecord: Sendable {}
