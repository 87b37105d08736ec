/// A chat in an archive, without its members and messages: these are lines of their own.
public struct ArchiveChat: Sendable, Hashable {
    public var id: ChatID
    public var name: String?
    public var kind: Chat.Kind
    public var createdAt: Timestamp
    /// Direct chats that are not deleted: the two, whether they are members now or left. Else empty.
    public var pair: [UserID]
    /// Set: only the id is left, which is never given again.
    public var deletedAt: Timestamp?

    public init(
        id: ChatID, name: String?, kind: Chat.Kind, createdAt: Timestamp, pair: [UserID] = [],
        deletedAt: Timestamp? = nil
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.createdAt = createdAt
        self.pair = pair
        self.deletedAt = deletedAt
    }
}
