import ChatCore

/// What a client knows that learns of changes only by `changes(for:after:…)`: must come to be what the store has.
struct ClientReplica: Sendable {
    let user: UserID
    var offset: Revision
    /// The messages of each chat by seq; only chats the user is in.
    var chats: [ChatID: [Int64: Message]] = [:]
    /// Who is in each chat; what role they have is not told.
    var members: [ChatID: Set<UserID>] = [:]

    init(_ user: UserID, _ offset: Revision) {
        self.user = user
        self.offset = offset
    }

    /// Brings it up to date, in pages of `limit`.
    mutating func update(_ bench: StoreBench, limit: Int) async throws {
        while true {
            let (user, offset) = (user, offset)
            let set = try await bench.read {
                try $0.changes(for: user, after: offset, receiptsAfter: offset, limit: limit)
            }
            for change in set.changes { try await apply(change, bench) }
            self.offset = set.revision
            if set.complete { return }
        }
    }

    private mutating func apply(_ change: Change, _ bench: StoreBench) async throws {
        switch change {
        case .messageNew(let message), .messageUpdated(let message), .messageDeleted(let message):
            chats[message.chatID]?[message.seq] = message
        case .messageReaction(let reaction):
            guard chats[reaction.chatID]?[reaction.seq]?.id == reaction.messageID else {
                throw ContractViolation("a reaction to a message that \(user) does not know")
            }
            chats[reaction.chatID]?[reaction.seq]?.reactions = reaction.reactions
        case .memberAdded(let chat, let card):
            if card.id == user { try await load(chat.id, bench) } else { members[chat.id]?.insert(card.id) }
        case .memberRemoved(let chat, let gone):
            if gone == user {
                chats[chat] = nil
                members[chat] = nil
            } else {
                members[chat]?.remove(gone)
            }
        default: return
        }
    }

    /// As a client does that was added to a chat: it asks for what is there.
    private mutating func load(_ chat: ChatID, _ bench: StoreBench) async throws {
        let (messages, its) = try await bench.read { view in
            (
                try view.history(of: chat, .latest, limit: 1000).messages,
                try view.members(of: chat, page: PageRequest(limit: 200)).items
            )
        }
        chats[chat] = Dictionary(uniqueKeysWithValues: messages.map { ($0.seq, $0) })
        members[chat] = Set(its.map(\.user.id))
    }
}
