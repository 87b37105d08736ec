import ChatCore

/// A chat of the archive being imported; written back with each commit.
final class ImportedChat {
    let key: Int64
    let kind: Chat.Kind
    /// As `chats.pair`.
    let pair: String?
    let isDeleted: Bool
    var memberCount: Int64
    var lastSeq: Int64
    var lastN: Int64
    var silentSeq: Int64
    var membersN: Int64
    /// Of the newest message that does not lie in the future: the next one is not older, unless it says its place.
    var lastTime: Timestamp?
    var isDirty = false

    init(
        key: Int64, kind: Chat.Kind, pair: String?, isDeleted: Bool, memberCount: Int64 = 0, lastSeq: Int64 = 0,
        lastN: Int64 = 0, silentSeq: Int64 = 0, membersN: Int64 = 0, lastTime: Timestamp? = nil
    ) {
        self.key = key
        self.kind = kind
        self.pair = pair
        self.isDeleted = isDeleted
        self.memberCount = memberCount
        self.lastSeq = lastSeq
        self.lastN = lastN
        self.silentSeq = silentSeq
        self.membersN = membersN
        self.lastTime = lastTime
    }
}

@available(*, unavailable)
extension ImportedChat: Sendable {}
