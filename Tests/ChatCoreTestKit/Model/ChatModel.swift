import ChatCore

/// The rules again, without a database: what each command should answer.
struct ChatModel: Sendable {
    enum Answer: Equatable, Sendable {
        case done
        case refused(ChatError.Code)
        /// The message at this seq; the store says its id.
        case message(seq: Int, duplicate: Bool)
        case read(Int, unread: Int)
        case delivered(Int)
    }

    var users: [UserID] = []
    var chats: [ChatID: ModelChat] = [:]
    /// What each sender's `clientId` was used for.
    private var sent: [String: (chat: ChatID, seq: Int, content: String, files: [FileID])] = [:]
    /// What each user uploaded and has not sent.
    var unsent: [UserID: [FileID]] = [:]
    private var joins = 0

    mutating func addUser(_ id: UserID) { users.append(id) }

    mutating func addChat(_ id: ChatID, _ members: [UserID]) {
        var chat = ModelChat(name: id.rawValue)
        for user in members { chat.join(user, .member, order: nextJoin()) }
        chats[id] = chat
    }

    private mutating func nextJoin() -> Int {
        joins += 1
        return joins
    }

    mutating func apply(_ command: Command) -> Answer {
        switch command {
        case .send(let new): return send(new)
        case .edit(let chat, let id, let content, let user): return edit(chat, id, content, user)
        case .delete(let chat, let id, let principal): return delete(chat, id, principal)
        case .react(let chat, let id, let emoji, let remove, let user): return react(chat, id, emoji, remove, user)
        case .markRead(let chat, let id, let user): return read(chat, id, user)
        case .markDelivered(let chat, let id, let user): return delivered(chat, id, user)
        case .putMember(let chat, let user, let role, _): return put(chat, user, role)
        case .removeMember(let chat, let user, let principal): return remove(chat, user, principal)
        default: return .done
        }
    }

    /// Notes the id that the store gave the newest message.
    mutating func name(_ id: MessageID, in chat: ChatID, seq: Int) { chats[chat]?.messages[seq - 1].id = id }

    private func isMember(_ user: UserID, _ chat: ChatID) -> Bool { chats[chat]?.members[user] != nil }

    private func index(_ id: MessageID, _ chat: ChatID) -> Int? { chats[chat]?.messages.firstIndex { $0.id == id } }

    private mutating func send(_ new: NewMessage) -> Answer {
        guard let sender = new.sender else {
            guard chats[new.chatID] != nil else { return .refused(.notFound) }
            return store(new)
        }
        guard isMember(sender, new.chatID) else { return .refused(.forbidden) }
        if new.content.isEmpty, new.attachments.isEmpty { return .refused(.invalid) }
        if let clientID = new.clientID, let first = sent["\(sender) \(clientID)"] {
            let message = chats[first.chat]?.messages[first.seq - 1]
            let altered = message?.deleted == true || message?.content != first.content
            let same = first.content == new.content && first.files == new.attachments
            guard first.chat == new.chatID, altered || same else { return .refused(.conflict) }
            return .message(seq: first.seq, duplicate: true)
        }
        guard new.attachments.allSatisfy({ file in unsent[sender]?.contains(file) == true }) else {
            return .refused(isSent(new.attachments, by: sender) ? .conflict : .notFound)
        }
        unsent[sender]?.removeAll { new.attachments.contains($0) }
        let answer = store(new)
        if let clientID = new.clientID, case .message(let seq, _) = answer {
            sent["\(sender) \(clientID)"] = (new.chatID, seq, new.content, new.attachments)
        }
        return answer
    }

    /// Whether the first of the files that the sender may not send is in a message of theirs.
    private func isSent(_ files: [FileID], by sender: UserID) -> Bool {
        guard let first = files.first(where: { unsent[sender]?.contains($0) != true }) else { return false }
        return chats.values.contains { chat in
            chat.messages.contains { $0.sender == sender && $0.files.contains(first) }
        }
    }

    /// Who may have a file, where it still is.
    func holders(of file: FileID) -> Set<UserID> {
        if let owner = unsent.first(where: { $0.value.contains(file) })?.key { return [owner] }
        let chat = chats.values.first { chat in chat.messages.contains { $0.files.contains(file) } }
        return Set(chat?.members.keys.map { $0 } ?? [])
    }

    private mutating func store(_ new: NewMessage) -> Answer {
        let message = ModelMessage(
            id: MessageID(""), sender: new.sender, content: new.content, files: new.attachments)
        chats[new.chatID]?.messages.append(message)
        let seq = chats[new.chatID]?.messages.count ?? 0
        if let sender = new.sender {
            chats[new.chatID]?.members[sender]?.readSeq = seq
            chats[new.chatID]?.members[sender]?.deliveredSeq = seq
        }
        return .message(seq: seq, duplicate: false)
    }

    private mutating func edit(_ chat: ChatID, _ id: MessageID, _ content: String, _ user: UserID) -> Answer {
        guard isMember(user, chat) else { return .refused(.forbidden) }
        guard let index = index(id, chat), let message = chats[chat]?.messages[index] else {
            return .refused(.notFound)
        }
        guard message.sender == user else { return .refused(.forbidden) }
        if message.deleted { return .refused(.conflict) }
        chats[chat]?.messages[index].content = content
        return .message(seq: index + 1, duplicate: false)
    }

    private mutating func delete(_ chat: ChatID?, _ id: MessageID, _ principal: Principal) -> Answer {
        guard let chat else { return .refused(.notFound) }
        if case .user(let user) = principal {
            guard let member = chats[chat]?.members[user] else { return .refused(.forbidden) }
            guard let index = index(id, chat) else { return .refused(.notFound) }
            guard chats[chat]?.messages[index].sender == user || member.role != .member else {
                return .refused(.forbidden)
            }
        }
        guard let index = index(id, chat) else { return .refused(.notFound) }
        let already = chats[chat]?.messages[index].deleted == true
        chats[chat]?.messages[index].deleted = true
        chats[chat]?.messages[index].content = ""
        chats[chat]?.messages[index].reactions = []
        chats[chat]?.messages[index].files = []
        return .message(seq: index + 1, duplicate: already)
    }

    private mutating func react(
        _ chat: ChatID, _ id: MessageID, _ emoji: String, _ remove: Bool, _ user: UserID
    ) -> Answer {
        guard isMember(user, chat) else { return .refused(.forbidden) }
        guard let index = index(id, chat), let message = chats[chat]?.messages[index] else {
            return .refused(.notFound)
        }
        if message.deleted { return .refused(.conflict) }
        let there = message.reactions.contains { $0.emoji == emoji && $0.user == user }
        if remove, there {
            chats[chat]?.messages[index].reactions.removeAll { $0.emoji == emoji && $0.user == user }
        } else if !remove, !there {
            chats[chat]?.messages[index].reactions.append((emoji, user))
        }
        return .done
    }

    private mutating func read(_ chat: ChatID, _ id: MessageID, _ user: UserID) -> Answer {
        guard let member = chats[chat]?.members[user] else { return .refused(.forbidden) }
        guard let index = index(id, chat) else { return .refused(.notFound) }
        let seq = max(member.readSeq, index + 1)
        chats[chat]?.members[user]?.readSeq = seq
        chats[chat]?.members[user]?.deliveredSeq = max(member.deliveredSeq, seq)
        return .read(seq, unread: chats[chat]?.unread(user) ?? 0)
    }

    private mutating func delivered(_ chat: ChatID, _ id: MessageID, _ user: UserID) -> Answer {
        guard let member = chats[chat]?.members[user] else { return .refused(.forbidden) }
        guard let index = index(id, chat) else { return .refused(.notFound) }
        let seq = max(member.deliveredSeq, index + 1)
        chats[chat]?.members[user]?.deliveredSeq = seq
        return .delivered(seq)
    }

    private mutating func put(_ chat: ChatID, _ user: UserID, _ role: Member.Role?) -> Answer {
        guard chats[chat] != nil else { return .refused(.notFound) }
        if chats[chat]?.members[user] != nil {
            if let role { chats[chat]?.members[user]?.role = role }
        } else {
            let order = nextJoin()
            chats[chat]?.join(user, role ?? .member, order: order)
        }
        return .done
    }

    private mutating func remove(_ chat: ChatID, _ user: UserID, _ principal: Principal) -> Answer {
        if case .user(let asker) = principal {
            guard let role = chats[chat]?.members[asker]?.role else { return .refused(.forbidden) }
            guard let other = chats[chat]?.members[user]?.role else { return .refused(.notFound) }
            let may = asker == user || role == .owner || (role == .admin && other == .member)
            guard may else { return .refused(.forbidden) }
        }
        guard chats[chat]?.members[user] != nil else { return .refused(.notFound) }
        chats[chat]?.leave(user)
        return .done
    }
}
