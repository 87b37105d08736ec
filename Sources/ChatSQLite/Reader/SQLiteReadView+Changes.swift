import ChatCore

/// Recovery and `sync`: what a user missed. See ``ChangeSet``.
extension SQLiteReadView {
    private static let epoch: StaticString = "SELECT first_revision, last_revision FROM epochs WHERE epoch = ?"

    func standing(epoch: UInt64, revision: Revision, heardAt: Timestamp?) throws -> OffsetStanding {
        let newest = try self.revision()
        let issued = try connection[Self.epoch].first(Int64(bitPattern: epoch)) { row in
            (first: Revision(row.int(0)), last: row.optionalInt(1).map { Revision($0) } ?? newest)
        }
        return OffsetStanding(
            of: revision, issued: issued, newest: newest, heardAt: heardAt, now: facts.clock(), policy)
    }

    func missed(by user: UserID, from cursor: MissedCursor, bytes: Int) throws -> MissedPage {
        let newest = try revision()
        guard newest > min(cursor.after, cursor.receiptsAfter), let key = try key(of: user) else {
            return MissedPage(changes: [], next: nil, end: cursor.end ?? max(newest, cursor.after))
        }
        var pages = MissedPages(
            connection, policy: policy, user: user, key: key, cursor: cursor, newest: newest, bytes: bytes)
        return try pages.read()
    }

    func missedMore(than limit: Int, by user: UserID, after: Revision) throws -> Bool {
        guard try revision() > after, let key = try key(of: user) else { return false }
        var missed = MissedChanges(
            connection, policy: policy, user: user, key: key, after: after.value, receiptsAfter: after.value,
            limit: max(1, limit))
        try missed.collect()
        return missed.isMore
    }

    func changes(
        for user: UserID, after: Revision, receiptsAfter: Revision, limit: Int, bytes: Int
    ) throws -> ChangeSet {
        let newest = try revision()
        guard newest > min(after, receiptsAfter), let key = try key(of: user) else {
            return ChangeSet(changes: [], revision: max(newest, after), complete: true)
        }
        var missed = MissedChanges(
            connection, policy: policy, user: user, key: key, after: after.value,
            receiptsAfter: min(after, receiptsAfter).value, limit: max(1, limit))
        try missed.collect()
        return try missed.changeSet(newest: newest, bytes: bytes)
    }
}
