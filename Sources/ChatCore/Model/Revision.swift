/// The one counter of durable changes, advanced only by the writer: it stamps every change, and is the recovery offset,
/// the `sync` cursor, the place in the feed (``FeedPosition``) and the number in messages' ids.
///
/// What it promises:
/// 1. It follows the order of commits: what has the greater revision was committed later, or later in the same commit.
///    Whoever sees a snapshot with the newest revision `r` sees everything up to `r`, and never finds anything new
///    below it.
/// 2. It never repeats in a file, also across restarts, and after a restored backup it goes on above what was lost.
/// 3. It never falls behind `(seconds since 1970) << 20`. So `value >> 20` tells about when, to the second as long as
///    fewer than a million changes are made in one. That is no more than a hint: it runs ahead of the clock where there
///    are more, and where the clock was set back.
/// 4. It has gaps. Never count changes by subtracting revisions.
///
/// An imported message brings the revision of its id along, which may be an old one: it is in the order of messages,
/// and was not committed then. See ``ChatReadView/changes(after:limit:bytes:)`` for what that means to the feed.
public struct Revision: Hashable, Comparable, Sendable {
    public let value: Int64

    public init(_ value: Int64) { self.value = value }

    public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
    public static let zero = Revision(0)
}
