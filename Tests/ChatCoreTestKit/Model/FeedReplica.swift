import ChatCore

/// What somebody knows who learns of everything by the feed alone: must come to be what the store has.
public struct FeedReplica: Sendable, Equatable {
    public struct User: Sendable, Equatable {
        public var card: UserCard
        public var blocked = false
    }

    public struct Member: Sendable, Equatable {
        public var role = ChatCore.Member.Role.member
        /// 0: never told; it stands where the chat stood when they came.
        public var readSeq: Int64 = 0
        public var deliveredSeq: Int64 = 0
    }

    public struct Chat: Sendable, Equatable {
        public var name: String?
        public var members: [UserID: Member] = [:]
        public var messages: [Int64: Message] = [:]
    }

    public private(set) var position = FeedPosition.beginning
    public private(set) var users: [UserID: User] = [:]
    public private(set) var chats: [ChatID: Chat] = [:]

    public init() {}

    /// Reads one page.
    ///
    /// - Returns: whether it knows everything now that the snapshot has.
    public mutating func turn(_ view: any ChatReadView, limit: Int, bytes: Int = PageBytes.standard) throws -> Bool {
        let page = try view.changes(after: position, limit: limit, bytes: bytes)
        var last = position.revision
        for entry in page.entries {
            try expect(entry.revision >= last && entry.revision > position.revision, "in order: \(entry)")
            last = entry.revision
            try apply(entry.change)
        }
        try expect(last <= page.next.revision && page.next.revision <= page.asOf, "the page ends behind its entries")
        try expect(page.next.revision > position.revision || page.isComplete, "it goes on")
        position = page.next
        return page.isComplete
    }

    /// Reads on to the end.
    public mutating func update(_ view: any ChatReadView, limit: Int) throws {
        while try !turn(view, limit: limit) {}
    }

    private mutating func apply(_ change: Change) throws {
        switch change {
        case .messageNew(let message):
            try keep(message, isNew: true)
        case .messageUpdated(let message), .messageDeleted(let message): try keep(message, isNew: false)
        case .messageReaction(let reaction):
            try expect(chats[reaction.chatID]?.messages[reaction.seq]?.id == reaction.messageID, "\(change)")
            chats[reaction.chatID]?.messages[reaction.seq]?.reactions = reaction.reactions
        case .messageRead(let receipt):
            try expect(chats[receipt.chatID]?.members[receipt.userID] != nil, "\(change)")
            read(receipt.userID, receipt.chatID, receipt.seq)
        case .messageDelivered(let receipt):
            try expect(chats[receipt.chatID]?.members[receipt.userID] != nil, "\(change)")
            delivered(receipt.userID, receipt.chatID, receipt.seq)
        case .chatCreated(let chat, let members):
            chats[chat.id] = Chat(name: chat.name)
            for member in members { chats[chat.id]?.members[member] = Member() }
        case .chatUpdated(let chat):
            try expect(chats[chat.id] != nil, "\(change)")
            chats[chat.id]?.name = chat.name
        case .chatDeleted(let chat, _): chats[chat] = nil
        case .memberAdded(let chat, let card):
            try expect(chats[chat.id] != nil, "\(change)")
            chats[chat.id]?.members[card.id] = Member()
        case .memberRemoved(let chat, let user): chats[chat]?.members[user] = nil
        case .memberRoleChanged(let chat, let user, let role):
            try expect(chats[chat]?.members[user] != nil, "\(change)")
            chats[chat]?.members[user]?.role = role
        case .userCreated, .userUpdated, .userDeleted, .userBlocked, .userUnblocked, .tokensRevoked, .tokenRevoked:
            try applyToUser(change)
        }
    }

    private mutating func applyToUser(_ change: Change) throws {
        switch change {
        case .userCreated(let card): users[card.id] = User(card: card)
        case .userUpdated(let card, let its):
            try expect(users[card.id] != nil, "\(change)")
            try expect(Set(its).count == its.count, "\(change)")
            users[card.id]?.card = card
        case .userDeleted(let user):
            users[user] = nil
            for chat in chats.keys { chats[chat]?.members[user] = nil }
        case .userBlocked(let user): users[user]?.blocked = true
        case .userUnblocked(let user): users[user]?.blocked = false
        default: return
        }
    }

    private mutating func keep(_ message: Message, isNew: Bool) throws {
        let known = chats[message.chatID]?.messages[message.seq]
        try expect(chats[message.chatID] != nil && (known == nil) == isNew, "\(message)")
        chats[message.chatID]?.messages[message.seq] = Self.plain(message)
        // To send is to read.
        if isNew, let sender = message.sender?.id { read(sender, message.chatID, message.seq) }
    }

    private mutating func read(_ user: UserID, _ chat: ChatID, _ seq: Int64) {
        if let known = chats[chat]?.members[user]?.readSeq { chats[chat]?.members[user]?.readSeq = max(known, seq) }
        delivered(user, chat, seq)
    }

    private mutating func delivered(_ user: UserID, _ chat: ChatID, _ seq: Int64) {
        guard let known = chats[chat]?.members[user]?.deliveredSeq else { return }
        chats[chat]?.members[user]?.deliveredSeq = max(known, seq)
    }

    /// Without what others' rows show through it: the sender's profile, the quoted text.
    private static func plain(_ message: Message) -> Message {
        var message = message
        message.sender = message.sender.map {
            UserCard(id: $0.id, username: "", displayName: nil, avatarURL: nil)
        }
        message.replyTo?.content = ""
        return message
    }

    // MARK: Comparing

    /// - Throws: ``ContractViolation`` where the store has something else, in the same snapshot.
    public func compare(_ view: any ChatReadView) throws {
        let stored = try Self.all { try view.users(matching: nil, page: $0) }
        try expectEqual(
            users, Dictionary(uniqueKeysWithValues: stored.map { ($0.id, User(card: $0.card, blocked: $0.blocked)) }),
            "users")
        let there = try Self.all { try view.chats(matching: nil, page: $0) }
        try expectEqual(Set(chats.keys), Set(there.map(\.id)), "chats")
        for chat in there {
            let known = try unwrap(chats[chat.id])
            try expectEqual(known.name, chat.name, "\(chat.id)")
            try compare(known, chat.id, view)
        }
    }

    private func compare(_ known: Chat, _ id: ChatID, _ view: any ChatReadView) throws {
        // Of a user who is being deleted there may be rows left, which mean nothing.
        let members = try Self.all { try view.members(of: id, page: $0) }.filter { users[$0.user.id] != nil }
        try expectEqual(Set(known.members.keys), Set(members.map(\.user.id)), "\(id)")
        for member in members {
            let told = try unwrap(known.members[member.user.id])
            try expectEqual(told.role, member.role, "\(id) \(member.user.id)")
            if told.readSeq > 0 { try expectEqual(told.readSeq, member.readSeq, "\(id) \(member.user.id)") }
            if told.deliveredSeq > 0 {
                try expectEqual(told.deliveredSeq, member.deliveredSeq, "\(id) \(member.user.id)")
            }
        }
        var seq: Int64 = 0
        while true {
            let page = try view.history(of: id, .after(seq), limit: 200)
            for message in page.messages { try expectEqual(known.messages[message.seq], Self.plain(message), "\(id)") }
            seq = page.messages.last?.seq ?? seq
            if !page.hasMore { break }
        }
        try expectEqual(known.messages.count, Int(seq), "\(id)")
    }

    private static func all<Item>(_ read: (PageRequest) throws -> Page<Item>) throws -> [Item] {
        var items: [Item] = []
        var request = PageRequest(limit: 200)
        repeat {
            let page = try read(request)
            items += page.items
            request.after = page.next
        } while request.after != nil
        return items
    }
}
