/// What is told to a user who was away, of what changed after a revision and up to another. See ``ChangeSet``.
public struct MissedRules: Sendable {
    /// The values of the revisions.
    public let after: Int64
    public let end: Int64
    private let policy: ChatPolicy

    public init(after: Int64, end: Int64 = .max, _ policy: ChatPolicy) {
        self.after = after
        self.end = end
        self.policy = policy
    }

    public func isWithin(_ revision: Int64) -> Bool { revision > after && revision <= end }

    /// Nothing is told of messages up to this seq. Who came meanwhile hears what came after them, as a socket of theirs
    /// would have; what was before they ask for, if they may see it.
    public func floor(joinedN: Int64, joinedSeq: Int64) -> Int64 {
        joinedN > after ? joinedSeq : policy.visibleAbove(joinedSeq: joinedSeq)
    }

    /// Whether it is told that a member came, and that their role was changed since.
    public func member(joinedN: Int64, roleN: Int64) -> (came: Bool, changedRole: Bool) {
        (isWithin(joinedN), isWithin(roleN) && roleN > joinedN)
    }

    /// Whether all members hear of a member's receipts, or only that member: the quiet rule.
    public func tellsReceipts(to count: Int) -> Bool { count <= policy.quietMembers }

    /// Whether reactions to a message are told by themselves: not if its latest edit is told too, which has them.
    public func tellsReactions(alteredN: Int64?) -> Bool { !(alteredN.map(isWithin) ?? false) }
}

extension OffsetStanding {
    /// That of an offset `epoch:revision`.
    ///
    /// - Parameters:
    ///   - issued: the first and the last revision of the run that claims it; `nil`: there was no such run.
    ///   - newest: the store's newest revision.
    ///   - heardAt: until when its owner heard everything, where that is later than the revision.
    public init(
        of revision: Revision, issued: (first: Revision, last: Revision)?, newest: Revision, heardAt: Timestamp?,
        now: Timestamp, _ policy: ChatPolicy
    ) {
        guard let issued, issued.first <= revision, revision <= max(issued.first, issued.last) else {
            self = .neverIssued
            return
        }
        // Nothing happened since: however long that is, nothing was missed.
        guard revision != newest else {
            self = .recoverable
            return
        }
        // The future is no time at which anybody heard anything.
        let heard = heardAt.flatMap { $0 <= now ? $0.milliseconds : nil } ?? 0
        let age = now.milliseconds - max((revision.value >> 20) * 1000, heard)
        self = age > policy.recoveryWindow.components.seconds * 1000 ? .tooOld : .recoverable
    }
}
