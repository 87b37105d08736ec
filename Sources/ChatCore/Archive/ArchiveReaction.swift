/// One user's reaction in an archive; taken back ones are not there.
public struct ArchiveReaction: Sendable, Hashable {
    public var chatID: ChatID
    /// Of the message.
    public var seq: Int64
    public var userID: UserID
    public var emoji: String

    public init(chatID: ChatID, seq: Int64, userID: UserID, emoji: String) {
        self.chatID = chatID
        self.seq = seq
        self.userID = userID
        self.emoji = emoji
    }
}
