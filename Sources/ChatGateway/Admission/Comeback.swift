import ChatCore

/// A client that was here before and shows how far it had come. CONTRACT section 3, "Recovery".
struct Comeback: Sendable {
    let user: UserID
    let ticket: RecoveryTicket
    let offset: Offset
    let events: ServerEvents
    let quietMembers: Int

    /// What it missed, up to the snapshot.
    ///
    /// - Returns: `nil` when it cannot be told, or not within bounds: the client then starts afresh.
    func replay(in view: any ChatReadView) throws -> Replay? {
        guard try view.standing(epoch: offset.epoch, revision: offset.revision) == .recoverable else { return nil }
        let changes = try view.changes(
            for: user, after: offset.revision, receiptsAfter: offset.receipts, limit: Replay.maxChanges)
        guard changes.complete else { return nil }
        return Replay(changes, for: user, given: offset, quietMembers: quietMembers, events: events)
    }
}
