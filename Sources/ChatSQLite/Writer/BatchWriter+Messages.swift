import ChatCore

/// What is done to messages that are there: edit, delete, react.
extension BatchWriter {
    private static let edit: StaticString = """
        UPDATE messages SET content = ?, edited_ms = ?, changed = ? WHERE n = ?
        """
    private static let erase: StaticString = """
        UPDATE messages SET content = '', deleted_ms = ?, changed = ?, reacted_n = NULL, files = NULL
        WHERE n = ?
        """
    private static let eraseReactions: StaticString = "DELETE FROM reactions WHERE message = ?"
    private static let unindex: StaticString = "INSERT INTO search (search, rowid, content) VALUES ('delete', ?, ?)"
    private static let index: StaticString = "INSERT INTO search (rowid, content) VALUES (?, ?)"
    private static let reacted: StaticString = """
        SELECT 1 FROM reactions WHERE message = ? AND emoji = ? AND user = ? AND removed = 0
        """
    private static let react: StaticString = """
        INSERT INTO reactions (message, emoji, user, n, removed) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (message, emoji, user) DO UPDATE SET n = excluded.n, removed = excluded.removed
        """
    private static let noteReaction: StaticString = "UPDATE messages SET reacted_n = ? WHERE n = ?"
    private static let noteCleaning: StaticString = """
        INSERT INTO chores (kind, subject) SELECT 3, 0
        WHERE NOT EXISTS (SELECT 1 FROM chores WHERE kind = 3 AND done_n = 0)
        """
    private static let chatID: StaticString = "SELECT id FROM chats WHERE key = ?"

    /// Different emoji on one message.
    private static let emojiLimit = 64

    func edit(_ chatID: ChatID, _ id: MessageID, content: String, by userID: UserID) throws -> Outcome {
        let (chat, user, _) = try membership(userID, in: chatID)
        let facts = try facts(id, in: chat)
        guard facts.senderKey == user.key else {
            throw ChatError(.forbidden, "Only its sender may edit a message.")
        }
        guard !facts.deleted else { throw ChatError(.conflict, "The message was deleted.", field: "messageId") }
        try FieldRules.content(content, kind: facts.kind, hasAttachments: facts.hasFiles, policy)
        guard Array(content.utf8) != Array(facts.content.utf8) else {
            return .message(try stored(facts.n), duplicate: false)
        }
        try unindex(facts)
        let n = next()
        // What was said before is as gone as what is deleted.
        try overwritingFreedPages { try connection[Self.edit].run(content, now, n, facts.n) }
        if facts.n <= indexed { try connection[Self.index].run(facts.n, content) }
        chat.changed = n
        memory.touch(chat)
        let message = try stored(facts.n)
        changes.append(.messageUpdated(message))
        return .message(message, duplicate: false)
    }

    func delete(_ chatID: ChatID?, _ id: MessageID, by principal: Principal) throws -> Outcome {
        let chat: ChatRecord
        let facts: MessageFacts
        switch principal {
        case .operator:
            guard let n = id.revision?.value, let found = try self.facts(n),
                let its = try self.chat(key: found.chatKey), chatID == nil || its.chat.id == chatID
            else { throw ChatError(.notFound, "There is no such message.") }
            (chat, facts) = (its, found)
        case .user(let userID):
            guard let chatID else { throw ChatError(.invalid, "Which chat?", field: "chatId") }
            let (its, user, member) = try membership(userID, in: chatID)
            let found = try self.facts(id, in: its)
            guard
                found.senderKey == user.key || ChatPermissions.allows(.deleteMessageOfAnother, as: member.role)
            else { throw ChatError(.forbidden, "Only its sender, an owner or an admin may delete a message.") }
            (chat, facts) = (its, found)
        }
        // Two may delete at once: the second finds it done.
        guard !facts.deleted else { return .message(try stored(facts.n), duplicate: true) }
        return .message(try tombstone(facts, in: chat), duplicate: false)
    }

    /// Makes a message a tombstone: its content is overwritten in the file, its reactions, its files and its search
    /// entry are gone.
    @discardableResult
    func tombstone(_ facts: MessageFacts, in chat: ChatRecord) throws -> Message {
        try unindex(facts)
        let n = next()
        // A long text lies on pages of its own, which are given back.
        try overwritingFreedPages { try connection[Self.erase].run(now, n, facts.n) }
        if facts.hasFiles { try eraseFiles(of: facts.n) }
        try connection[Self.eraseReactions].run(facts.n)
        chat.silentSeq = max(chat.silentSeq, facts.seq)
        chat.changed = n
        memory.touch(chat)
        let message = try stored(facts.n)
        changes.append(.messageDeleted(message))
        return message
    }

    func react(
        _ chatID: ChatID, _ id: MessageID, emoji: String, remove: Bool, by userID: UserID
    ) throws -> Outcome {
        let (chat, user, member) = try membership(userID, in: chatID)
        try FieldRules.emoji(emoji)
        let facts = try facts(id, in: chat)
        guard facts.seq > policy.visibleAbove(joinedSeq: member.joinedSeq) else { throw Self.noMessage }
        guard !facts.deleted else { throw ChatError(.conflict, "The message was deleted.", field: "messageId") }
        let there = try connection[Self.reacted].first(facts.n, emoji, user.key) { _ in true } != nil
        guard there == remove else { return .reactions(try MessageRow.reactions(of: facts.n, connection)) }
        if !remove {
            let others = try MessageRow.reactions(of: facts.n, connection)
            guard others.count < Self.emojiLimit || others.contains(where: { $0.emoji == emoji }) else {
                throw ChatError(.conflict, "A message takes \(Self.emojiLimit) different emoji.", field: "emoji")
            }
        }
        let n = next()
        try connection[Self.react].run(facts.n, emoji, user.key, n, remove)
        try connection[Self.noteReaction].run(n, facts.n)
        chat.changed = n
        memory.touch(chat)
        let reactions = try MessageRow.reactions(of: facts.n, connection)
        changes.append(
            .messageReaction(
                ReactionChange(
                    chatID: chatID, messageID: id, seq: facts.seq, userID: userID, emoji: emoji, removed: remove,
                    reactions: reactions)))
        return .reactions(reactions)
    }

    /// Takes a message out of the search index, if the index has got as far as it.
    func unindex(_ facts: MessageFacts) throws {
        try unindex(facts.n, facts.content)
    }

    func unindex(_ n: Int64, _ content: String) throws {
        guard n <= indexed, !content.isEmpty else { return }
        try connection[Self.unindex].run(n, content)
        hasUnindexed = true
        // The index only notes that the entry is gone; its words stay until they are merged away.
        guard !isCleaningNoted else { return }
        try connection[Self.noteCleaning].run()
        isCleaningNoted = true
    }

    /// The chat of that row; `nil` once it is deleted.
    func chat(key: Int64) throws -> ChatRecord? {
        guard let id = try connection[Self.chatID].first(key, read: { ChatID($0.text(0)) }) else { return nil }
        return try memory.chat(id)
    }

    private func stored(_ n: Int64) throws -> Message {
        guard let message = try MessageRow.message(n, connection) else { throw Self.noMessage }
        return message
    }
}
