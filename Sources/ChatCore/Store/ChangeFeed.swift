/// The feed: every durable change of the store, in commit order. What webhooks, push, audit and a second node stand on.
///
/// It is no log. It is read from the rows themselves, each of which knows the revisions of its own changes; so it costs
/// nothing beside them, reaches back as far as they do, and tells of each thing only the latest state.
///
/// **What is told.** Everything that has a ``Change``, each thing once, at the revision of its latest change. What is
/// one thing, and so is told by its last change only:
/// - that a user was made (`userCreated`), their profile or their end (`userUpdated`, `userDeleted`), whether they are
///   blocked (`userBlocked`, `userUnblocked`), the revocation of all their tokens (`tokensRevoked`) and of each
///   (`tokenRevoked`); a deleted user is told by `userDeleted` alone;
/// - that a chat was made (`chatCreated`, with those who were in it from the first), its name (`chatUpdated`), its end
///   (`chatDeleted`, without members); a deleted chat is told by its end alone, and by its members' `memberRemoved`;
/// - that a user is in a chat or has left it (`memberAdded`, `memberRemoved`: whichever came last), and their role
///   (`memberRoleChanged`; also of who came as more than a member);
/// - each of the two watermarks of a member (`messageRead`, `messageDelivered`);
/// - that a message was sent (`messageNew`), and its last edit or its deletion (`messageUpdated`, `messageDeleted`);
/// - one user's reaction of one emoji to a message (`messageReaction`, given or taken back); to a deleted one there are
///   none.
///
/// Each is told in the state of the snapshot that its page is read from: `messageNew` of a message that was edited
/// since has the new text, and `messageUpdated` follows at the revision of the edit. So the same change may bring the
/// same state twice: whoever keeps states replaces them, and loses nothing.
///
/// **Not told**: presence, last-seen times, settings, issued tokens, and files, which come with their messages.
///
/// **Order.** By revision, which is commit order. A page ends at a whole revision, not necessarily at a whole commit:
/// the rest of a commit is the next page's. At one revision a chat comes before its members.
///
/// **At least once.** Whoever reads page after page, each after the ``FeedPage/next`` of the one before, from whatever
/// snapshots, has been told everything that was committed up to ``FeedPage/asOf`` of the last page once that page
/// ``FeedPage/isComplete``. What changes between two pages is told at its new place.
///
/// **How far back.** Rows stay, so the feed reaches back to the beginning, with one exception: that somebody left a
/// chat is forgotten after ``ChatPolicy/feedWindow`` or twice the recovery window, whichever is longer. Up to that
/// moment the file has a *floor*; a position below it is refused as ``OffsetStanding/tooOld``.
/// ``FeedPosition/beginning`` never is: whoever knows nothing need not be told who left.
///
/// **Imports.** An imported chat is told as new, with its members, at the revisions of the import; its messages and
/// their reactions came with it and are not told one by one. Since `seq` has no gaps, a reader that was told everything
/// and lacks messages of a chat knows that there is a history to be read.
///
/// **Restored backups.** A cursor is a row of the file and goes back with it: what the backup has and the cursor had
/// not passed then is told, again if need be. Whoever keeps a position outside of the file keeps ``ChatStore/epoch``
/// and the greatest ``FeedPage/asOf`` beside it, and asks ``ChatReadView/standing(epoch:revision:heardAt:)`` before
/// going on: ``OffsetStanding/neverIssued`` means that the file lost what was told, and the reader begins anew.
public struct FeedPosition: Sendable, Hashable {
    /// Everything up to this revision was told.
    public var revision: Revision
    /// The snapshot that the reader's first page was read from: nothing that was removed before it was ever told to the
    /// reader. So one that begins at the beginning may come through revisions that lie below the floor.
    ///
    /// Whoever was refused as too old and goes on all the same, without what was forgotten, sets it to
    /// ``ChatReadView/feedFloor()``.
    public var knownSince: Revision

    /// - Parameter revision: where the reader was told everything, or wants to know nothing from before.
    public init(_ revision: Revision) { self.init(revision, knownSince: revision) }

    public init(_ revision: Revision, knownSince: Revision) {
        self.revision = revision
        self.knownSince = knownSince
    }

    /// Before the first change. From here on the feed makes a whole copy of what there is.
    public static let beginning = FeedPosition(.zero)

    /// What has to reach to the floor.
    public var reach: Revision { max(revision, knownSince) }
}

/// A change in the feed. To whom it concerns it says itself: the chat, whose members hear it as far as the rules of
/// history and of large chats let them (a receipt has `memberCount` for that), or the user.
public struct FeedEntry: Sendable, Hashable {
    /// When the thing was last changed so.
    public var revision: Revision
    public var change: Change

    public init(revision: Revision, change: Change) {
        self.revision = revision
        self.change = change
    }
}

public struct FeedPage: Sendable, Hashable {
    /// Ascending by revision. May be empty though there is more: what a page looks at is bounded too.
    public var entries: [FeedEntry]
    /// Where the next page begins.
    public var next: FeedPosition
    /// The newest revision of the snapshot that the page was read from.
    public var asOf: Revision
    /// Whether everything up to ``asOf`` is told with it.
    public var isComplete: Bool { next.revision == asOf }

    public init(entries: [FeedEntry], next: FeedPosition, asOf: Revision) {
        self.entries = entries
        self.next = next
        self.asOf = asOf
    }
}

/// A named position in the feed, kept in the store: how far one reader has got.
///
/// It is moved by ``Command/advanceCursor(_:to:)``, which has no revision and wakes nobody, and only forward. A reader
/// moves it after it has done what a page asks for: what was done and not noted is told again after a crash. Each move
/// is a write of its own, so it is moved once a page, not once an entry.
///
/// Cursors lie in the file: a backup has them, an archive (`parley export`) has not.
public struct FeedCursor: Sendable, Hashable {
    public var name: String
    public var position: FeedPosition
    /// When it was last moved.
    public var movedAt: Timestamp

    public init(name: String, position: FeedPosition, movedAt: Timestamp) {
        self.name = name
        self.position = position
        self.movedAt = movedAt
    }
}

extension ChatReadView {
    /// ``changes(after:limit:bytes:)`` with at most about a mebibyte of text.
    public func changes(after position: FeedPosition, limit: Int) throws -> FeedPage {
        try changes(after: position, limit: limit, bytes: PageBytes.standard)
    }

    /// The same for a reader that was told everything up to a revision.
    public func changes(after revision: Revision, limit: Int) throws -> FeedPage {
        try changes(after: FeedPosition(revision), limit: limit, bytes: PageBytes.standard)
    }
}
