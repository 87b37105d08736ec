/// About how many bytes things are as text: what pages and queues of them are bounded by.
extension Message {
    public var weight: Int {
        400 + content.utf8.count + attachments.count * 250 + reactions.weight
    }
}

extension [Message.Reaction] {
    public var weight: Int { reduce(0) { $0 + 40 + $1.userIDs.count * 40 } }
}

extension Change {
    public var weight: Int {
        switch self {
        case .messageNew(let message), .messageUpdated(let message), .messageDeleted(let message): message.weight
        case .messageReaction(let reaction): PageBytes.message + reaction.reactions.weight
        case .chatCreated(_, let users), .chatDeleted(_, let users): PageBytes.message + users.count * 40
        case .userUpdated(_, let chats): PageBytes.message + chats.count * 40
        case .messageRead, .messageDelivered, .chatUpdated, .memberAdded, .memberRemoved, .memberRoleChanged,
            .userCreated, .userDeleted, .userBlocked, .userUnblocked, .tokensRevoked, .tokenRevoked:
            PageBytes.message
        }
    }
}
