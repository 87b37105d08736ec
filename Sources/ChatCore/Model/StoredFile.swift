/// A whole file in the store. CONTRACT section 4.
public struct StoredFile: Hashable, Sendable {
    /// Bytes of each chunk but the last: what is in memory of a file at a time, and what one transaction writes of it.
    public static let chunkSize = 131_072
    /// A file has fewer.
    public static let maxChunks: Int64 = 1 << 24

    public var attachment: Attachment
    public var ownerID: UserID
    public var createdAt: Timestamp
    /// What it was sent with; `nil` until it is sent.
    public var messageID: MessageID?

    public init(attachment: Attachment, ownerID: UserID, createdAt: Timestamp, messageID: MessageID?) {
        self.attachment = attachment
        self.ownerID = ownerID
        self.createdAt = createdAt
        self.messageID = messageID
    }
}
