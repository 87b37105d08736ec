import ChatCore

/// Cursors in the feed as ``ChatCore/ChatRecords``, and the feed's floor. None of this has a revision.
extension BatchWriter {
    private static let position: StaticString = "SELECT told_n, known_n FROM cursors WHERE name = ?"
    private static let number: StaticString = "SELECT count(*) FROM cursors"
    private static let put: StaticString = """
        INSERT INTO cursors (name, told_n, known_n, moved_ms) VALUES (?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET told_n = excluded.told_n, known_n = excluded.known_n,
            moved_ms = excluded.moved_ms
        """
    private static let remove: StaticString = "DELETE FROM cursors WHERE name = ?"
    private static let raiseFloor: StaticString = """
        UPDATE state SET feed_floor = max(feed_floor, ifnull((SELECT max(n) FROM departures WHERE at_ms < ?), 0))
        WHERE id = 1
        """
    private static let forget: StaticString = "DELETE FROM departures WHERE at_ms < ?"

    var committedRevision: Revision { Revision(committed) }

    func cursor(_ name: String) throws -> FeedPosition? {
        try connection[Self.position].first(name) { row in
            FeedPosition(Revision(row.int(0)), knownSince: Revision(row.int(1)))
        }
    }

    func cursorCount() throws -> Int { Int(try connection[Self.number].first { $0.int(0) } ?? 0) }

    func putCursor(_ name: String, at position: FeedPosition) throws {
        try connection[Self.put].run(name, position.revision.value, position.knownSince.value, now)
    }

    func removeCursor(_ name: String) throws { try connection[Self.remove].run(name) }

    /// Forgets who left before a time; from then on the feed does not reach back behind the last of them.
    func forgetDepartures(before time: Timestamp) throws {
        try connection[Self.raiseFloor].run(time)
        try connection[Self.forget].run(time)
    }
}
