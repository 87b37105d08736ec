/// Sending: the hot path.
extension ChatRules {
    mutating func send(_ new: NewMessage) throws -> Outcome {
        guard let senderID = new.sender else { return try sendBySystem(new) }
        let (chat, user, member) = try membership(senderID, in: new.chatID)
        try checkForm(new)
        if let clientID = new.clientID, let first = try records.message(of: user, clientID: clientID) {
            return try repeated(first, new, in: chat, by: member)
        }
        let files = try self.files(new.attachments, of: user, for: new.kind)
        let quote = try new.replyTo.map { try self.quote($0, in: chat, for: member) }
        return try store(new, kind: new.kind, chat: chat, sender: (user, member), quote: quote, files: files)
    }

    /// The operator's: it may answer any message of the chat, and has no files.
    private mutating func sendBySystem(_ new: NewMessage) throws -> Outcome {
        let chat = try existingChat(new.chatID)
        try FieldRules.content(new.content, kind: .system, hasAttachments: false, policy)
        if let clientID = new.clientID {
            try FieldRules.clientID(clientID)
            if let first = try records.systemMessage(clientID: clientID) {
                return try repeated(first, new, in: chat, by: nil)
            }
        }
        guard new.attachments.isEmpty else {
            throw ChatError(.invalid, "A system message has no files.", field: "attachmentIds")
        }
        let quote = try new.replyTo.map { try self.quote($0, in: chat, for: nil) }
        return try store(new, kind: .system, chat: chat, sender: nil, quote: quote)
    }

    private func checkForm(_ new: NewMessage) throws(ChatError) {
        guard new.kind != .system else {
            throw ChatError(.invalid, "Only the server sends system messages.", field: "messageType")
        }
        try FieldRules.content(new.content, kind: new.kind, hasAttachments: !new.attachments.isEmpty, policy)
        if let clientID = new.clientID { try FieldRules.clientID(clientID) }
        try FieldRules.attachments(new.attachments)
    }

    private mutating func store(
        _ new: NewMessage, kind: Message.Kind, chat: ChatRecord, sender: (user: UserRecord, member: MemberRecord)?,
        quote: Message.Quote?, files: [FileRecord] = []
    ) throws -> Outcome {
        let n = records.nextRevision()
        let seq = chat.chat.lastSeq + 1
        try records.insertMessage(
            NewMessageRecord(
                n: n, chatKey: chat.key, seq: seq, kind: kind, content: new.content, senderKey: sender?.user.key,
                clientID: new.clientID, replyN: quote?.id.revision?.value))
        chat.chat.lastSeq = seq
        chat.lastN = n
        if sender == nil { chat.silentSeq = seq }
        stamp(chat, n)
        if let member = sender?.member {
            // Sending reads up to the message.
            member.readSeq = seq
            member.readAt = records.now
            member.deliveredSeq = seq
            member.deliveredAt = records.now
            records.changed(member)
        }
        var message = Message(
            id: MessageID(revision: Revision(n)), chatID: chat.chat.id, seq: seq, sender: sender?.user.user.card,
            content: new.content, kind: kind, createdAt: records.now, clientID: new.clientID, replyTo: quote)
        if !files.isEmpty { message.attachments = try records.attach(files, to: n) }
        changes.append(.messageNew(message))
        return .message(message, duplicate: false)
    }

    /// - Parameter member: who quotes, and may not see all; `nil`: the operator.
    private func quote(_ id: MessageID, in chat: ChatRecord, for member: MemberRecord?) throws -> Message.Quote {
        guard let n = id.revision?.value, let message = try records.message(n), message.chatKey == chat.key,
            member.map({ sees(message.seq, $0) }) ?? true
        else { throw ChatError(.notFound, "There is no such message in this chat.", field: "replyTo") }
        return Message.Quote(id: id, seq: message.seq, senderID: message.senderID, ofContent: message.content)
    }

    /// The files that a message is to have, in its order.
    ///
    /// - Throws: `not_found` for what is no file of the sender's, `conflict` for what was sent already.
    private func files(_ ids: [FileID], of sender: UserRecord, for kind: Message.Kind) throws -> [FileRecord] {
        let files = try ids.map { id in
            guard let file = try records.file(id), file.ownerKey == sender.key,
                StoredFile.isThere(isSent: file.isSent, createdAt: file.createdAt, now: records.now)
            else { throw ChatError(.notFound, "There is no such file of yours.", field: "attachmentIds") }
            guard !file.isSent else {
                throw ChatError(.conflict, "This file was sent already; upload it again.", field: "attachmentIds")
            }
            return file
        }
        guard kind != .image || files.isEmpty || files.contains(where: { $0.mimeType.hasPrefix("image/") }) else {
            throw ChatError(.invalid, "None of the files is an image.", field: "messageType")
        }
        return files
    }

    // MARK: Exactly once

    /// A send whose `clientID` the sender used before: the same send, or an error. Of one that was edited or deleted
    /// since it is no longer known what it said.
    private func repeated(
        _ first: MessageRecord, _ new: NewMessage, in chat: ChatRecord, by member: MemberRecord?
    ) throws -> Outcome {
        let isAltered = first.isEdited || first.isDeleted
        let isSame =
            first.chatKey == chat.key && first.kind == (member == nil ? .system : new.kind)
            && first.replyN == new.replyTo?.revision?.value
            && (isAltered || Array(first.content.utf8) == Array(new.content.utf8))
        guard isSame, let message = try records.wholeMessage(first.n),
            isAltered || message.attachments.map(\.id) == new.attachments
        else {
            throw ChatError(.conflict, "This clientId was used for another message.", field: "clientId")
        }
        // What it answers may have changed while its sender was away.
        return .message(member.map { message.seen(above: floor(of: $0)) } ?? message, duplicate: true)
    }
}

extension Message.Quote {
    /// Scalars of the message that a reply shows, at most; and no part of a character.
    public static let limit = 200
    /// So many of its scalars tell what is shown.
    public static let seen = limit + 1

    /// - Parameter content: of the whole message, or its first ``seen`` scalars.
    public init(id: MessageID, seq: Int64, senderID: UserID?, ofContent content: String) {
        self.init(
            id: id, seq: seq, senderID: senderID,
            content: TextExcerpt.cut(content, scalars: Self.limit))
    }
}
