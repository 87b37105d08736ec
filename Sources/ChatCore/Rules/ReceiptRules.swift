/// How far a member has read and been delivered to, and what is told of it.
public struct Watermarks: Sendable, Hashable {
    public var readSeq: Int64
    public var readAt: Timestamp?
    /// The value of the revision of the latest rise that was told; 0: of none.
    public var readN: Int64
    public var deliveredSeq: Int64
    public var deliveredAt: Timestamp?
    public var deliveredN: Int64

    public init(
        readSeq: Int64, readAt: Timestamp?, readN: Int64, deliveredSeq: Int64, deliveredAt: Timestamp?,
        deliveredN: Int64
    ) {
        self.readSeq = readSeq
        self.readAt = readAt
        self.readN = readN
        self.deliveredSeq = deliveredSeq
        self.deliveredAt = deliveredAt
        self.deliveredN = deliveredN
    }

    /// The read mark, if it rose between two revisions.
    public func read(after: Int64, upTo end: Int64) -> (seq: Int64, at: Timestamp)? {
        guard readN > after, readN <= end else { return nil }
        return (readSeq, readAt ?? Timestamp(milliseconds: 0))
    }

    /// The delivered mark, if it rose between two revisions, and a read mark that is told does not say as much: what
    /// was read was delivered.
    public func delivered(after: Int64, upTo end: Int64) -> (seq: Int64, at: Timestamp)? {
        guard deliveredN > after, deliveredN <= end, deliveredSeq > readSeq || read(after: after, upTo: end) == nil
        else { return nil }
        return (deliveredSeq, deliveredAt ?? Timestamp(milliseconds: 0))
    }
}

/// Unread messages: those above a member's read mark that count. One's own never do: sending reads up to the message.
public enum Unread {
    /// - Parameters:
    ///   - lastSeq: the chat's newest.
    ///   - silentSeq: no message that does not count has a greater seq.
    ///   - silent: how many above `readSeq` do not count: system messages and tombstones. Seldom asked for.
    public static func count(
        lastSeq: Int64, readSeq: Int64, silentSeq: Int64, silent: () throws -> Int64
    ) rethrows -> Int64 {
        let above = lastSeq - readSeq
        guard above > 0 else { return 0 }
        return silentSeq > readSeq ? above - (try silent()) : above
    }
}
