/// A file that was sent with a message, in an archive. Its bytes follow in ``ArchiveRecord/data(_:)``, or lie beside
/// the archive. Files that were never sent are not in an archive.
public struct ArchiveFile: Sendable, Hashable {
    public var chatID: ChatID
    /// Of its message. Files come in the order in which the message shows them.
    public var seq: Int64
    /// `nil` in archives that others wrote: one is made.
    public var id: FileID?
    public var name: String
    /// Bytes.
    public var size: Int64
    /// As declared; images are told by their bytes.
    public var mimeType: String?
    /// `nil` in archives that do not say: the message's.
    public var createdAt: Timestamp?
    /// Its name in the directory beside the archive; `nil`: its bytes are in the archive.
    public var path: String?

    public init(
        chatID: ChatID, seq: Int64, id: FileID?, name: String, size: Int64, mimeType: String? = nil,
        createdAt: Timestamp? = nil, path: String? = nil
    ) {
        self.chatID = chatID
        self.seq = seq
        self.id = id
        self.name = name
        self.size = size
        self.mimeType = mimeType
        self.createdAt = createdAt
        self.path = path
    }
}
