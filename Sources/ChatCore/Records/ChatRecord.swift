/// A chat that is there. The rules change it in place and say so (``ChatRecords/changed(_:)-(ChatRecord)``); an engine
/// may write it later in the transaction.
///
/// What ends in `N`, and `changed`, are values of revisions.
public final class ChatRecord {
    /// By which the engine knows the chat; never another's.
    public let key: Int64
    public var chat: Chat
    /// The newest message.
    public var lastN: Int64
    /// No system message and no tombstone has a greater seq.
    public var silentSeq: Int64
    /// The latest change of the chat's own fields.
    public var metaN: Int64
    /// The latest member that came, went or changed role.
    public var membersN: Int64
    /// The latest change of anything in the chat.
    public var changed: Int64
    /// Whether it waits to be written; the engine's.
    public var isDirty = false

    public init(
        key: Int64, chat: Chat, lastN: Int64, silentSeq: Int64, metaN: Int64, membersN: Int64, changed: Int64
    ) {
        self.key = key
        self.chat = chat
        self.lastN = lastN
        self.silentSeq = silentSeq
        self.metaN = metaN
        self.membersN = membersN
        self.changed = changed
    }
}

@available(*, unavailable)
extension ChatRecord: Sendable {}

/// The two users of a direct chat: there is one chat of theirs, whoever makes it.
public struct DirectPair: Hashable, Sendable {
    /// The smaller key, and the greater.
    public let first: Int64
    public let second: Int64

    public init(_ one: Int64, _ other: Int64) {
        first = min(one, other)
        second = max(one, other)
    }
}
