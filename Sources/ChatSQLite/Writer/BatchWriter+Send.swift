import ChatCore

/// Sending: the hot path.
extension BatchWriter {
    private static let insert: StaticString = """
        INSERT INTO messages (n, chat, seq, sender, kind, created_ms, client_key, client_id, content, reply_n)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    private static let byClientKey: StaticString = """
        SELECT n, chat, kind, content, reply_n, edited_ms, deleted_ms, client_id
        FROM messages WHERE client_key = ? AND sender = ?
        """

    func send(_ new: NewMessage) throws -> Outcome {
        guard let senderID = new.sender else {
            let chat = try existingChat(new.chatID)
            try FieldRules.content(new.content, kind: .system, hasAttachments: false, policy)
            return try store(new, kind: .system, chat: chat, sender: nil, quote: nil)
        }
        let (chat, user, member) = try membership(senderID, in: new.chatID)
        try checkForm(new)
        if let clientID = new.clientID, let first = try sent(clientID, by: user) {
            return try repeated(first, new, in: chat)
        }
        let files = try self.files(new.attachments, of: user, for: new.kind)
        let quote = try new.replyTo.map { try self.quote($0, in: chat, for: member) }
        return try store(new, kind: new.kind, chat: chat, sender: (user, member), quote: quote, files: files)
    }

    private func checkForm(_ new: NewMessage) throws {
        guard new.kind != .system else {
            throw ChatError(.invalid, "Only the server sends system messages.", field: "messageType")
        }
        try FieldRules.content(
            new.content, kind: new.kind, hasAttachments: !new.attachments.isEmpty, policy)
        if let clientID = new.clientID { try FieldRules.clientID(clientID) }
        try FieldRules.attachments(new.attachments)
    }

    private func store(
        _ new: NewMessage, kind: Message.Kind, chat: ChatRecord, sender: (user: UserRecord, member: MemberRecord)?,
        quote: Message.Quote?, files: [Int64] = []
    ) throws -> Outcome {
        let n = next()
        let seq = chat.chat.lastSeq + 1
        let clientID = sender == nil ? nil : new.clientID
        let clientKey = sender.flatMap { sender in
            clientID.map { ClientIDColumn.key(sender: sender.user.key, $0) }
        }
        try connection[Self.insert].run(
            n, chat.key, seq, sender?.user.key, kind.code, now, clientKey, clientID.map { ClientIDColumn($0) },
            new.content, quote?.id.revision?.value)
        chat.chat.lastSeq = seq
        chat.lastN = n
        chat.changed = n
        if sender == nil { chat.silentSeq = seq }
        memory.touch(chat)
        if let member = sender?.member {
            member.readSeq = seq
            member.readMs = now.milliseconds
            member.deliveredSeq = seq
            member.deliveredMs = now.milliseconds
            memory.touch(member)
        }
        var message = Message(
            id: MessageID(revision: Revision(n)), chatID: chat.chat.id, seq: seq, sender: sender?.user.user.card,
            content: new.content, kind: kind, createdAt: now, clientID: clientID, replyTo: quote)
        if !files.isEmpty { message.attachments = try attach(files, to: n) }
        changes.append(.messageNew(message))
        return .message(message, duplicate: false)
    }

    private func quote(_ id: MessageID, in chat: ChatRecord, for member: MemberRecord) throws -> Message.Quote {
        guard let n = id.revision?.value, let facts = try facts(n), facts.chatKey == chat.key,
            facts.seq > policy.visibleAbove(joinedSeq: member.joinedSeq)
        else { throw ChatError(.notFound, "There is no such message in this chat.", field: "replyTo") }
        return Message.Quote(
            id: id, seq: facts.seq, senderID: facts.senderID,
            content: String(String.UnicodeScalarView(facts.content.unicodeScalars.prefix(200))))
    }

    // MARK: Exactly once

    /// What an earlier send with the same `clientId` was.
    private struct Sent {
        var n: Int64
        var chatKey: Int64
        var kind: Message.Kind
        var content: String
        var replyN: Int64?
        /// Edited or deleted since: what was sent is no longer known.
        var altered: Bool
    }

    private func sent(_ clientID: String, by user: UserRecord) throws -> Sent? {
        let key = ClientIDColumn.key(sender: user.key, clientID)
        var found: Sent?
        try connection[Self.byClientKey].scan(key, user.key) { row in
            guard ClientIDColumn.read(row, 7) == clientID else { return true }
            found = Sent(
                n: row.int(0), chatKey: row.int(1), kind: Message.Kind(code: row.int(2)), content: row.text(3),
                replyN: row.optionalInt(4), altered: !row.isNull(5) || !row.isNull(6))
            return false
        }
        return found
    }

    private func repeated(_ first: Sent, _ new: NewMessage, in chat: ChatRecord) throws -> Outcome {
        let same =
            first.chatKey == chat.key && first.kind == new.kind && first.replyN == new.replyTo?.revision?.value
            && (first.altered || Array(first.content.utf8) == Array(new.content.utf8))
        guard same, let message = try MessageRow.message(first.n, connection),
            first.altered || message.attachments.map(\.id) == new.attachments
        else {
            throw ChatError(.conflict, "This clientId was used for another message.", field: "clientId")
        }
        return .message(message, duplicate: true)
    }
}
