import ChatCore

/// The feed of all changes, and the cursors in it.
extension SQLiteReadView {
    private static let floor: StaticString = "SELECT feed_floor FROM state"
    private static let cursor: StaticString = "SELECT name, told_n, known_n, moved_ms FROM cursors WHERE name = ?"
    private static let cursors: StaticString = "SELECT name, told_n, known_n, moved_ms FROM cursors ORDER BY name"

    func changes(after position: FeedPosition, limit: Int, bytes: Int) throws -> FeedPage {
        switch try standing(of: position) {
        case .recoverable: break
        case .tooOld:
            throw ChatError(.conflict, "The feed does not reach back to this position any more.", field: "after")
        case .neverIssued:
            throw ChatError(.conflict, "The feed has not reached this position.", field: "after")
        }
        return try ChangeFeed(connection, after: position, newest: try revision(), limit: limit, bytes: bytes).page()
    }

    func standing(of position: FeedPosition) throws -> OffsetStanding {
        CursorRules.standing(position, newest: try revision(), floor: try feedFloor())
    }

    func feedFloor() throws -> Revision { Revision(try connection[Self.floor].first { $0.int(0) } ?? 0) }

    func cursor(_ name: String) throws -> FeedCursor? { try connection[Self.cursor].first(name, read: Self.cursor) }

    func cursors() throws -> [FeedCursor] { try connection[Self.cursors].all(read: Self.cursor) }

    private static func cursor(_ row: PreparedStatement) -> FeedCursor {
        FeedCursor(
            name: row.text(0), position: FeedPosition(Revision(row.int(1)), knownSince: Revision(row.int(2))),
            movedAt: row.time(3))
    }
}
