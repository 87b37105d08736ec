/// What is done to messages that are there: edit, delete, react.
extension ChatRules {
    /// Different emoji on one message.
    private static var emojiLimit: Int { 64 }

    mutating func edit(
        _ id: MessageID, in chatID: ChatID, to content: String, by userID: UserID
    ) throws -> Outcome {
        let (chat, user, member) = try membership(userID, in: chatID)
        let message = try existingMessage(id, in: chat, seenBy: member)
        guard message.senderKey == user.key else {
            throw ChatError(.forbidden, "Only its sender may edit a message.")
        }
        guard !message.isDeleted else { throw Self.isDeleted }
        try FieldRules.content(content, kind: message.kind, hasAttachments: message.hasFiles, policy)
        guard Array(content.utf8) != Array(message.content.utf8) else {
            return .message(try whole(message.n).seen(above: floor(of: member)), duplicate: false)
        }
        let n = records.nextRevision()
        try records.putContent(content, of: message, n: n)
        stamp(chat, n)
        let edited = try whole(message.n)
        changes.append(.messageUpdated(edited))
        return .message(edited.seen(above: floor(of: member)), duplicate: false)
    }

    private static var isDeleted: ChatError {
        ChatError(.conflict, "The message was deleted.", field: "messageId")
    }

    mutating func delete(_ id: MessageID, in chatID: ChatID?, by principal: Principal) throws -> Outcome {
        let chat: ChatRecord
        let message: MessageRecord
        switch principal {
        case .operator:
            guard let n = id.revision?.value, let found = try records.message(n),
                let itsChat = try records.chat(key: found.chatKey), chatID == nil || itsChat.chat.id == chatID
            else { throw ChatError(.notFound, "There is no such message.") }
            (chat, message) = (itsChat, found)
        case .user(let userID):
            guard let chatID else { throw ChatError(.invalid, "Which chat?", field: "chatId") }
            let (itsChat, user, member) = try membership(userID, in: chatID)
            let found = try existingMessage(id, in: itsChat, seenBy: member)
            guard
                found.senderKey == user.key || ChatPermissions.allows(.deleteMessageOfAnother, as: member.role)
            else { throw ChatError(.forbidden, "Only its sender, an owner or an admin may delete a message.") }
            (chat, message) = (itsChat, found)
        }
        // Two may delete at once: the second finds it done.
        guard !message.isDeleted else { return .message(try whole(message.n), duplicate: true) }
        return .message(try erase(message, in: chat), duplicate: false)
    }

    /// Makes a message a tombstone.
    @discardableResult
    public mutating func erase(_ message: MessageRecord, in chat: ChatRecord) throws -> Message {
        let n = records.nextRevision()
        try records.eraseMessage(message, n: n)
        chat.silentSeq = max(chat.silentSeq, message.seq)
        stamp(chat, n)
        let tombstone = try whole(message.n)
        changes.append(.messageDeleted(tombstone))
        return tombstone
    }

    mutating func react(
        to id: MessageID, in chatID: ChatID, with emoji: String, remove: Bool, by userID: UserID
    ) throws -> Outcome {
        let (chat, user, member) = try membership(userID, in: chatID)
        let emoji = try FieldRules.emoji(emoji)
        let message = try existingMessage(id, in: chat, seenBy: member)
        guard !message.isDeleted else { throw Self.isDeleted }
        guard try records.hasReacted(user, to: message.n, with: emoji) == remove else {
            return .reactions(try records.reactions(to: message.n))
        }
        if !remove {
            let others = try records.reactions(to: message.n)
            guard others.count < Self.emojiLimit || others.contains(where: { $0.emoji == emoji }) else {
                throw ChatError(.conflict, "A message takes \(Self.emojiLimit) different emoji.", field: "emoji")
            }
        }
        let n = records.nextRevision()
        try records.putReaction(emoji, of: user, to: message, removed: remove, n: n)
        stamp(chat, n)
        let reactions = try records.reactions(to: message.n)
        changes.append(
            .messageReaction(
                ReactionChange(
                    chatID: chatID, messageID: id, seq: message.seq, userID: userID, emoji: emoji, removed: remove,
                    reactions: reactions)))
        return .reactions(reactions)
    }
}
