import ChatCore

/// A user as the writer remembers it.
final class UserRecord {
    let key: Int64
    var user: User

    init(key: Int64, user: User) {
        self.key = key
        self.user = user
    }
}

/// A chat as the writer remembers it; written back once a batch.
final class ChatRecord {
    let key: Int64
    var chat: Chat
    var lastN: Int64
    /// No system message and no tombstone has a greater seq.
    var silentSeq: Int64
    var membersN: Int64
    var changed: Int64
    /// Whether it waits to be written.
    var dirty = false

    init(
        key: Int64, chat: Chat, lastN: Int64, silentSeq: Int64, membersN: Int64, changed: Int64
    ) {
        self.key = key
        self.chat = chat
        self.lastN = lastN
        self.silentSeq = silentSeq
        self.membersN = membersN
        self.changed = changed
    }
}

/// The watermarks and role of a member as the writer remembers them; written back once a batch.
final class MemberRecord {
    struct Key: Hashable {
        var chat: Int64
        var user: Int64
    }

    let key: Key
    var role: Member.Role
    let joinedAt: Timestamp
    let joinedSeq: Int64
    var roleN: Int64
    var deliveredSeq: Int64
    var deliveredMs: Int64?
    var deliveredN: Int64
    var readSeq: Int64
    var readMs: Int64?
    var readN: Int64
    /// Whether it waits to be written.
    var dirty = false
    /// The revisions as they stand in the file: an index by one of them is written only when it has moved.
    var written = Revisions(role: 0, delivered: 0, read: 0)

    struct Revisions {
        var role: Int64
        var delivered: Int64
        var read: Int64
    }

    var revisions: Revisions { Revisions(role: roleN, delivered: deliveredN, read: readN) }

    init(key: Key, role: Member.Role, joinedAt: Timestamp, joinedSeq: Int64, n: Int64) {
        self.key = key
        self.role = role
        self.joinedAt = joinedAt
        self.joinedSeq = joinedSeq
        roleN = n
        deliveredSeq = joinedSeq
        readSeq = joinedSeq
        deliveredN = 0
        readN = 0
        written = revisions
    }
}
