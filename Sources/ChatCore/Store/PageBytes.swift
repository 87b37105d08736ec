/// How much text one read brings at most, about: whoever asks for more gets it page by page, so that a read costs what
/// it costs whatever is stored, and an answer fits in what a connection may have kept for it.
public enum PageBytes {
    /// 1 MiB.
    public static let standard = 1 << 20
    /// What a message is around its text.
    public static let message = 250
}

extension ChatReadView {
    public func history(of chat: ChatID, _ range: HistoryRange, limit: Int) throws -> HistoryPage {
        try history(of: chat, range, limit: limit, bytes: PageBytes.standard)
    }

    public func history(of chat: ChatID, for user: UserID, _ range: HistoryRange, limit: Int) throws -> HistoryPage {
        try history(of: chat, for: user, range, limit: limit, bytes: PageBytes.standard)
    }

    public func changes(
        for user: UserID, after: Revision, receiptsAfter: Revision, limit: Int
    ) throws -> ChangeSet {
        try changes(
            for: user, after: after, receiptsAfter: receiptsAfter, limit: limit, bytes: PageBytes.standard)
    }
}
