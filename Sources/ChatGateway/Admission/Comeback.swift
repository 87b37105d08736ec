import ChatCore

/// A client that was here before and shows how far it had come. CONTRACT section 3, "Recovery".
struct Comeback: Sendable {
    let user: UserID
    let ticket: RecoveryTicket
    let offset: Offset
    let events: ServerEvents
    let quietMembers: Int

    /// The first page of what it missed, up to the snapshot.
    ///
    /// - Returns: `nil` when it cannot be told, or not within bounds: the client then starts afresh.
    func firstPage(in view: any ChatReadView) throws -> ReplayPage? {
        guard
            try view.standing(epoch: offset.epoch, revision: offset.revision, heardAt: offset.heardAt) == .recoverable
        else { return nil }
        let cursor = MissedCursor(after: offset.revision, receiptsAfter: offset.receipts)
        let page = try view.missed(by: user, from: cursor, bytes: ReplayPage.bytes)
        // What fits on a page is not counted.
        if page.next != nil, try view.missedMore(than: ReplayPage.maxChanges, by: user, after: offset.revision) {
            return nil
        }
        return ReplayPage(page, for: user, quietMembers: quietMembers, events: events)
    }
}
