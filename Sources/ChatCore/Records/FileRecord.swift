/// What the rules look at of a file that is finished.
public struct FileRecord: Sendable, Hashable {
    /// By which the engine knows the file; never another's.
    public var key: Int64
    public var ownerKey: Int64
    public var mimeType: String
    public var createdAt: Timestamp
    /// With a message: it is that chat's from then on.
    public var isSent: Bool

    public init(key: Int64, ownerKey: Int64, mimeType: String, createdAt: Timestamp, isSent: Bool) {
        self.key = key
        self.ownerKey = ownerKey
        self.mimeType = mimeType
        self.createdAt = createdAt
        self.isSent = isSent
    }
}

/// A file that was begun.
public struct UploadRecord: Sendable, Hashable {
    public var key: Int64
    /// Bytes that are there.
    public var size: Int64
    public var isFinished: Bool

    public init(key: Int64, size: Int64, isFinished: Bool) {
        self.key = key
        self.size = size
        self.isFinished = isFinished
    }
}
