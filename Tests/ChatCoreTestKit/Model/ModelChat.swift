import ChatCore

/// A message as the model has it.
struct ModelMessage: Sendable {
    var id: MessageID
    var sender: UserID?
    var content: String
    var files: [FileID] = []
    var deleted = false
    /// Who reacted with what, in the order they did.
    var reactions: [(emoji: String, user: UserID)] = []

    var grouped: [Message.Reaction] {
        var groups: [Message.Reaction] = []
        for (emoji, user) in reactions {
            if let place = groups.firstIndex(where: { $0.emoji == emoji }) {
                groups[place].userIDs.append(user)
            } else {
                groups.append(Message.Reaction(emoji: emoji, userIDs: [user]))
            }
        }
        return groups
    }
}

struct ModelMember: Sendable {
    var role: Member.Role
    /// Grows with each joining.
    var order: Int
    var readSeq: Int
    var deliveredSeq: Int
}

/// A chat as the model has it: plain arrays, counted anew each time.
struct ModelChat: Sendable {
    var name: String?
    var messages: [ModelMessage] = []
    var members: [UserID: ModelMember] = [:]

    func unread(_ user: UserID) -> Int {
        guard let member = members[user] else { return 0 }
        return messages.indices.filter { index in
            let message = messages[index]
            return index + 1 > member.readSeq && message.sender != nil && message.sender != user && !message.deleted
        }.count
    }

    mutating func join(_ user: UserID, _ role: Member.Role, order: Int) {
        members[user] = ModelMember(
            role: role, order: order, readSeq: messages.count, deliveredSeq: messages.count)
    }

    mutating func leave(_ user: UserID) {
        let gone = members.removeValue(forKey: user)
        guard gone?.role == .owner, !members.values.contains(where: { $0.role == .owner }) else { return }
        let heir = members.min { left, right in
            let (a, b) = (left.value, right.value)
            return a.role == b.role ? a.order < b.order : a.role == .admin
        }
        if let heir { members[heir.key]?.role = .owner }
    }
}
