/// Where the telling of what a user missed stands, from page to page; the same as text would be opaque. See
/// ``ChatReadView/missed(by:from:bytes:)``.
public struct MissedCursor: Sendable, Hashable {
    /// What is told is younger than this.
    public var after: Revision
    /// Where receipts begin, `after` or older: they are told later than they are written.
    public var receiptsAfter: Revision
    /// What is told is not younger than this: the snapshot of the first page. `nil` until there was one.
    public var end: Revision?
    /// Where the page before ended; only the store knows what it means.
    public var place = Place()

    public struct Place: Sendable, Hashable {
        public var stage = 0
        public var chat: Int64 = 0
        public var part = 0
        /// `nil`: the part is not begun.
        public var at: Int64?
        /// Among things of the same `at`.
        public var sub: Int64 = 0

        public init() {}
    }

    public init(after: Revision, receiptsAfter: Revision? = nil) {
        self.after = after
        self.receiptsAfter = min(receiptsAfter ?? after, after)
    }
}

/// Some of what a user missed, in the order of ``ChangeSet``.
public struct MissedPage: Sendable, Hashable {
    public var changes: [Change]
    /// Where the next page begins; `nil`: this was the last.
    public var next: MissedCursor?
    /// Once the last page is told, everything up to here is.
    public var end: Revision

    public init(changes: [Change], next: MissedCursor?, end: Revision) {
        self.changes = changes
        self.next = next
        self.end = end
    }
}
