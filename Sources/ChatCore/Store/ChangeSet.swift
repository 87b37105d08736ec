/// What a user missed since a revision: each changed thing once, in its latest state. CONTRACT section 3, "Recovery".
///
/// In this order: profiles of others; then for each chat: ``Change/memberAdded(_:_:)`` of the user (they were added
/// meanwhile) or ``Change/chatUpdated(_:)``, new messages in `seq` order, older ones updated or deleted, receipts,
/// reactions, members that came, went or changed their role; last ``Change/memberRemoved(_:_:)`` of the user for chats
/// they are no longer in, of which nothing else is told.
public struct ChangeSet: Sendable, Hashable {
    public var changes: [Change]
    /// Everything up to this revision is in `changes`: where to go on from.
    public var revision: Revision
    /// Whether that is all there is; else `limit` was reached.
    public var complete: Bool

    public init(changes: [Change], revision: Revision, complete: Bool) {
        self.changes = changes
        self.revision = revision
        self.complete = complete
    }
}

/// Whether what a client missed since an offset can be told.
public enum OffsetStanding: Sendable, Hashable {
    case recoverable
    /// This file never issued it: it is of another server, of a restored backup's lost future, or made up.
    case neverIssued
    /// Issued, but before the recovery window; in the feed: below its floor.
    case tooOld
}
