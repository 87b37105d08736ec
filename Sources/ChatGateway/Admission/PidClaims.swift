import ByteText
import ChatCore
import NIOCore

/// Who has which `pid` of one user: a pure state machine. CONTRACT section 3, "Recovery".
///
/// A `pid` is one client's. When it comes back with it, what still holds it is mostly its own old connection, of which
/// the server does not know yet that it is dead: that is closed first. But two live clients may hold the same one (a
/// page that was duplicated with its memory), and would throw each other out for ever, since a stock client returns by
/// itself. Nothing tells a ghost from another client but what happens next: a ghost does not come back. So:
///
/// 1. Who comes with a `pid` gets it, and whoever has it, or is on the way to it, is thrown out.
/// 2. Who comes with a `pid` for whose sake somebody was thrown out less than ``grace`` ago gets another one, if it is
///    held still: it is the one that was thrown out. It starts afresh, and both live on.
/// 3. But who heard more than had happened when the last one came is that last one, whose line broke again.
///
/// (A client whose connections die twice within the grace, both unnoticed by the server, and that heard nothing in
/// between, starts afresh as well.)
struct PidClaims {
    /// Longer than a stock client takes to come back: five seconds, and half of that more.
    static let grace: TimeAmount = .seconds(15)

    /// The right to a `pid`; the newest one holds.
    struct Claim: Hashable, Sendable {
        let pid: ByteString
        let number: Int
    }

    private struct Entry {
        let pid: ByteString
        var number: Int
        var at: NIODeadline
        /// What had happened when it came.
        var revision: Revision
        /// Whether somebody had to go for it.
        var threwOut: Bool
        /// It has not become a session yet.
        var isOnTheWay: Bool
    }

    private var entries: [Entry] = []
    private var newest = 0

    /// - Parameters:
    ///   - heard: up to where the client heard.
    ///   - revision: what has happened by now.
    ///   - isLive: whether a session has the `pid`.
    /// - Returns: `nil` when another `pid` is to be given.
    mutating func claim(
        _ pid: String, heard: Revision, revision: Revision, isLive: Bool, now: NIODeadline
    ) -> Claim? {
        prune(now: now)
        let pid = ByteString(pid)
        newest += 1
        let claim = Claim(pid: pid, number: newest)
        guard let index = entries.firstIndex(where: { $0.pid == pid }) else {
            entries.append(
                Entry(pid: pid, number: newest, at: now, revision: revision, threwOut: isLive, isOnTheWay: true))
            return claim
        }
        let isHeld = isLive || entries[index].isOnTheWay
        if isHeld, entries[index].threwOut, heard <= entries[index].revision { return nil }
        entries[index] = Entry(
            pid: pid, number: newest, at: now, revision: revision, threwOut: isHeld, isOnTheWay: true)
        return claim
    }

    /// A session begins by a claim.
    ///
    /// - Returns: `false` when another client claimed the `pid` meanwhile: the session has to go.
    mutating func begin(_ claim: Claim) -> Bool {
        guard let index = entries.firstIndex(where: { $0.pid == claim.pid }) else { return true }
        guard entries[index].number == claim.number else { return false }
        entries[index].isOnTheWay = false
        return true
    }

    /// Whether nothing of it matters any more.
    mutating func isOver(now: NIODeadline) -> Bool {
        prune(now: now)
        return entries.isEmpty
    }

    private mutating func prune(now: NIODeadline) { entries.removeAll { $0.at + Self.grace <= now } }
}
