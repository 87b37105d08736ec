import ChatCore
import EngineIO
import NIOCore
import SocketIO

/// What a returning client missed, ready to be sent: the events in parts, and what comes with the last.
struct Replay: Sendable {
    /// About 64 KiB each: one part is given when the socket took the one before.
    private let parts: [EngineFrames]
    private var position = 0
    /// Everything up to here is in the parts.
    let end: Revision
    /// What the client showed.
    let given: Offset

    static let partBytes = 64 << 10
    /// CONTRACT section 3: past so many changes (receipts not counted) a client starts afresh.
    static let maxChanges = 10_000

    var isUntouched: Bool { position == 0 }

    mutating func nextPart() -> EngineFrames? {
        guard position < parts.count else { return nil }
        defer { position += 1 }
        return parts[position]
    }

    init(_ changes: ChangeSet, for user: UserID, given: Offset, quietMembers: Int, events: ServerEvents) {
        var parts: [EngineFrames] = []
        var part = EngineFrames()
        for change in changes.changes {
            guard let event = ServerEvent(change, for: user, quietMembers: quietMembers) else { continue }
            part.append(events.frames(event))
            if part.size >= Self.partBytes {
                parts.append(part)
                part = EngineFrames()
            }
        }
        if !part.isEmpty { parts.append(part) }
        self.parts = parts
        self.given = given
        end = changes.revision
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
        case .messageReaction(let chatID, let messageID, let userID, let emoji, let removed, let reactions):
            self = .messageReaction(
                chatID: chatID, messageID: messageID, userID: userID, emoji: emoji, removed: removed,
                reactions: reactions)
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
        case .userUpdated(let card): self = .userUpdated(card)
        case .memberRoleChanged, .userDeleted, .userBlocked, .tokensRevoked, .tokenRevoked: return nil
        }
    }
}
