/// The events that the server sends: CONTRACT section 3, column "server event".
package enum ServerEventName: String, CaseIterable, Sendable {
    case sessionReady = "session:ready"
    case sessionExpiring = "session:expiring"
    case sessionEnded = "session:ended"
    case offset
    case error
    case messageNew = "message:new"
    case messageUpdated = "message:updated"
    case messageDeleted = "message:deleted"
    case messageReaction = "message:reaction"
    case messageRead = "message:read"
    case messageDelivered = "message:delivered"
    case chatAdded = "chat:added"
    case chatUpdated = "chat:updated"
    case chatRemoved = "chat:removed"
    case chatJoined = "chat:joined"
    case chatLeft = "chat:left"
    case chatMemberAdded = "chat:member-added"
    case chatMemberRemoved = "chat:member-removed"
    case typingStart = "typing:start"
    case typingStop = "typing:stop"
    case userStatus = "user:status"
    case userUpdated = "user:updated"

    /// Whether it tells of something durable: who missed it is told of it by recovery and by `sync`.
    package var isReplayed: Bool {
        switch self {
        case .messageNew, .messageUpdated, .messageDeleted, .messageReaction, .messageRead, .messageDelivered,
            .chatAdded, .chatUpdated, .chatRemoved, .chatMemberAdded, .chatMemberRemoved, .userUpdated:
            true
        case .sessionReady, .sessionExpiring, .sessionEnded, .offset, .error, .chatJoined, .chatLeft, .typingStart,
            .typingStop, .userStatus:
            false
        }
    }
}
