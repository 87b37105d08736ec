import ChatCore
import EngineIO

/// How a session comes to hear live: a pure state machine, told what happens, that answers what is to be done.
///
/// 1. *Fresh*: told where it stands (what the admission's snapshot held), and then live.
/// 2. *Replaying*: told where it stood, and what it missed in tellings. A telling is what changed between two
///    revisions, page by page, a page read when the socket took the one before. While pages follow one another nothing
///    that passes is kept (the socket only follows from room to room), for the next telling reads it.
/// 3. What passes is kept from before a telling is begun. One that fits on a page is the last: what was kept and is
///    younger is given, and the session is *live*. So what is kept is kept for one read of the store.
/// 4. Where that cannot be told without a hole (more changes than a client is brought, more kept than can be, a store
///    that cannot be read) the session *ends*, so that the client comes again and starts as far as it had come, or
///    anew. No offset that the client was given covers what it was not told.
struct SessionStart: Sendable {
    /// What is to be done, in the order given.
    enum Action: Sendable {
        /// The `offset` event: where the client had come to before.
        case repeatOffset(Offset)
        /// The `offset` event: everything up to here was told.
        case tellOffset(Revision)
        /// A page, outside of the limit for slow clients.
        case send(EngineFrames)
        /// Read a page, and come back with ``SessionStart/pageWasRead(_:)`` or ``SessionStart/readFailed()``.
        case read(MissedCursor)
        /// From now on what passes is kept, before what is read next.
        case keep
        /// From now on what passes is not kept.
        case follow
        /// Give what was kept and is younger, and come back with ``SessionStart/released(_:)``.
        case release(after: Revision)
        /// The session hears live, and what waited for that begins.
        case goLive
        /// End the session, so that the client comes again.
        case end
    }

    private enum Phase: Sendable {
        case fresh(Revision)
        indirect case returning(Offset, ReplayPage)
        /// A page is on its way to the client.
        indirect case sending(Next)
        /// A page is being read; `isKept`: what passes meanwhile is kept.
        case reading(isKept: Bool)
        case releasing(Revision)
        case live
        case ended
    }

    /// What follows the page that is on its way.
    private enum Next: Sendable {
        case page(MissedCursor)
        case telling(after: Revision)
    }

    /// How often more may pass than can be kept for the time of one read.
    private static let maxOverflows = 5

    private var phase: Phase
    /// Changes told, receipts not counted.
    private var told: Int32 = 0
    private var overflows: UInt8 = 0

    private init(_ phase: Phase) { self.phase = phase }

    /// - Parameter revision: that of the admission's snapshot.
    static func fresh(_ revision: Revision) -> SessionStart { SessionStart(.fresh(revision)) }

    /// - Parameters:
    ///   - given: what the client showed.
    ///   - page: the first one of what it missed; what passed since it was read is kept.
    static func returning(_ given: Offset, _ page: ReplayPage) -> SessionStart {
        SessionStart(.returning(given, page))
    }

    var isLive: Bool { if case .live = phase { true } else { false } }

    /// Whether it waits for the socket to take what was sent.
    var isSending: Bool { if case .sending = phase { true } else { false } }

    /// Where the client stands at its start.
    func offset(epoch: UInt64, now: Timestamp) -> Offset {
        switch phase {
        case .fresh(let revision): Offset(epoch: epoch, revision: revision, now: now)
        case .returning(let given, _): given
        default: Offset(epoch: epoch, revision: .zero)
        }
    }

    // MARK: What happens

    /// The client was let in and told of it.
    mutating func begin() -> [Action] {
        switch phase {
        case .fresh(let revision):
            phase = .releasing(revision)
            return [.tellOffset(revision), .release(after: revision)]
        case .returning(let given, let page):
            // Before anything new: where the client stood. It covers nothing that was not told.
            return [.repeatOffset(given)] + take(page, isKept: true)
        default:
            return []
        }
    }

    /// The socket took what was sent to it.
    mutating func drained() -> [Action] {
        guard case .sending(let next) = phase else { return [] }
        switch next {
        case .page(let cursor):
            phase = .reading(isKept: false)
            return [.read(cursor)]
        case .telling(let revision):
            return beginTelling(after: revision)
        }
    }

    mutating func pageWasRead(_ page: ReplayPage) -> [Action] {
        guard case .reading(let isKept) = phase else { return [] }
        return take(page, isKept: isKept)
    }

    mutating func readFailed() -> [Action] {
        guard case .reading = phase else { return [] }
        return end()
    }

    /// - Parameter wasKept: whether all that passed was kept and given.
    mutating func released(_ wasKept: Bool) -> [Action] {
        guard case .releasing(let revision) = phase else { return [] }
        guard wasKept else {
            overflows += 1
            return overflows > Self.maxOverflows ? end() : beginTelling(after: revision)
        }
        phase = .live
        return [.goLive]
    }

    /// The socket is gone.
    mutating func stop() { phase = .ended }

    // MARK: -

    private mutating func beginTelling(after revision: Revision) -> [Action] {
        phase = .reading(isKept: true)
        return [.keep, .read(MissedCursor(after: revision))]
    }

    private mutating func end() -> [Action] {
        phase = .ended
        return [.end]
    }

    private mutating func take(_ page: ReplayPage, isKept: Bool) -> [Action] {
        told += Int32(clamping: page.count)
        guard told <= ReplayPage.maxChanges else { return end() }
        var actions: [Action] = page.frames.isEmpty ? [] : [.send(page.frames)]
        if let next = page.next {
            if isKept { actions.append(.follow) }
            phase = .sending(.page(next))
        } else if isKept {
            phase = .releasing(page.end)
            actions += [.tellOffset(page.end), .release(after: page.end)]
        } else {
            phase = .sending(.telling(after: page.end))
            actions.append(.tellOffset(page.end))
        }
        return actions
    }
}
