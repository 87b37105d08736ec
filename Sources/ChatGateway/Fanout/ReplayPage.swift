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
        var frames = EngineFrames()
        var count = 0
        for change in page.changes {
            if !change.isReceipt { count += 1 }
            guard let event = ServerEvent(change, for: user, quietMembers: quietMembers) else { continue }
            frames.append(events.frames(event))
        }
        self.init(frames: frames, count: count, next: page.next, end: page.end)
    }
}

extension Change {
    fileprivate var isReceipt: Bool {
        switch self {
        case .messageRead, .messageDelivered: true
        default: false
        }
    }
}

extension ServerEvent {
    /// A change as it is told to one user afterwards.
    ///
    /// - Returns: `nil` for what that user is not told.
    init?(_ change: Change, for user: UserID, quietMembers: Int) {
        switch change {
        case .messageNew(let message): self = .messageNew(.text(of: message))
        case .messageUpdated(let message): self = .messageUpdated(.text(of: message))
        case .messageDeleted(let message): self = .messageDeleted(.text(of: message))
        case .messageReaction(let reaction): self = .messageReaction(reaction)
        case .messageRead(let receipt):
            guard receipt.userID == user || receipt.memberCount <= quietMembers else { return nil }
            self = .messageRead(receipt)
        case .messageDelivered(let receipt):
            guard receipt.userID == user || receipt.memberCount <= quietMembers else { return nil }
            self = .messageDelivered(receipt)
        case .chatCreated(let chat, _): self = .chatAdded(chat)
        case .chatUpdated(let chat): self = .chatUpdated(chat)
        case .chatDeleted(let chat, _): self = .chatRemoved(chat)
        case .memberAdded(let chat, let card):
            self = card.id == user ? .chatAdded(chat) : .memberAdded(chat.id, card.id)
        case .memberRemoved(let chat, let member):
            self = member == user ? .chatRemoved(chat) : .memberRemoved(chat, member)
        case .userUpdated(let card, _): self = .userUpdated(card)
        case .memberRoleChanged, .userDeleted, .userBlocked, .tokensRevoked, .tokenRevoked: return nil
        }
    }
}
