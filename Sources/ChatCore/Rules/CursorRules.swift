/// What holds for cursors in the feed, whatever the store.
public enum CursorRules {
    /// Cursors of one store: readers of the feed are few, and every one is a reader's duty to move.
    public static let limit = 1_000

    /// - Throws: `invalid` for what cannot be a cursor's name: 1–64 of `A-Za-z0-9_.:-`.
    public static func check(name: String) throws(ChatError) {
        guard IdentifierRule.allowsAsPlainName(name) else {
            throw ChatError(.invalid, "A cursor's name has 1 to 64 of the characters A-Za-z0-9_.:-.", field: "name")
        }
    }

    /// - Throws: `conflict` for a position that was not reached yet: it is another store's, or of changes that this one
    ///   has lost to a restored backup.
    public static func check(_ position: FeedPosition, newest: Revision) throws(ChatError) {
        guard position.revision >= .zero, position.reach <= newest else {
            throw ChatError(.conflict, "The feed has not reached this position.", field: "position")
        }
    }

    /// - Throws: `conflict` when there are as many cursors as there may be.
    public static func checkRoom(cursors: Int) throws(ChatError) {
        guard cursors < limit else { throw ChatError(.conflict, "There are \(limit) cursors already.") }
    }

    /// Whether a cursor moves: only forward, so that a move that is repeated, or overtaken, undoes nothing.
    public static func moves(_ cursor: FeedPosition?, to position: FeedPosition) -> Bool {
        guard let cursor else { return true }
        return position.revision > cursor.revision
            || position.revision == cursor.revision && position.knownSince > cursor.knownSince
    }

    /// What keeps a position from being read on from, if anything.
    public static func standing(_ position: FeedPosition, newest: Revision, floor: Revision) -> OffsetStanding {
        if position.revision < .zero || position.reach > newest { return .neverIssued }
        if position.reach > .zero, position.reach < floor { return .tooOld }
        return .recoverable
    }
}
