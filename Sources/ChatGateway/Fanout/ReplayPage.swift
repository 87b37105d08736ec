import ChatCore
import ChatWire
import EngineIO
import NIOCore
import SocketIO

/// A page of what a returning client missed, encoded: never more than about ``bytes`` is, for one client at a time.
struct ReplayPage: Sendable {
    /// About so much a page: one is read when the socket took the one before.
    static let bytes = 64 << 10
    /// CONTRACT section 3: past so many changes (receipts not counted) a client starts afresh.
    static let maxChanges = 10_000

    let frames: EngineFrames
    /// The changes in it, receipts not counted.
    let count: Int
    /// Where the next page begins; `nil`: this is the last.
    let next: MissedCursor?
    /// Once the last page is told, everything up to here is.
    let end: Revision

    init(frames: EngineFrames, count: Int, next: MissedCursor?, end: Revision) {
        self.frames = frames
        self.count = count
        self.next = next
        self.end = end
    }

    init(_ page: MissedPage, for user: UserID, quietMembers: Int, events: ServerEvents) {
        var writer = FrameWriter()
        var count = 0
        for change in page.changes {
            if !change.isReceipt { count += 1 }
            guard let notice = change.notice(missedBy: user, quietMembers: quietMembers) else { continue }
            writer.text { text in
                events.encoder.event(notice.event.rawValue, to: &text) { $0.writeWire(notice.object) }
            }
        }
        self.init(frames: writer.frames, count: count, next: page.next, end: page.end)
    }
}

extension Change {
    fileprivate var isReceipt: Bool {
        switch self {
        case .messageRead, .messageDelivered: true
        case .messageNew, .messageUpdated, .messageDeleted, .messageReaction, .chatCreated, .chatUpdated, .chatDeleted,
            .memberAdded, .memberRemoved, .memberRoleChanged, .userCreated, .userUpdated, .userDeleted, .userBlocked,
            .userUnblocked, .tokensRevoked, .tokenRevoked:
            false
        }
    }
}
