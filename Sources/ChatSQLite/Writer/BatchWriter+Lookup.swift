import ChatCore

/// Finding what a command names, with the errors that the contract has for what is not there.
extension BatchWriter {
    private static let messageFacts: StaticString = """
        SELECT m.seq, m.kind, m.content, m.deleted_ms, m.edited_ms, m.sender, u.id, m.chat, m.files
        FROM messages m LEFT JOIN users u ON u.key = m.sender WHERE m.n = ?
        """
    private static let silentAbove: StaticString = """
        SELECT count(*) FROM messages WHERE chat = ? AND seq > ? AND (kind = 3 OR deleted_ms IS NOT NULL)
        """

    /// What commands on a message look at.
    struct MessageFacts {
        var n: Int64
        var seq: Int64
        var kind: Message.Kind
        var content: String
        var deleted: Bool
        var edited: Bool
        var senderKey: Int64?
        var senderID: UserID?
        var chatKey: Int64
        var hasFiles: Bool
    }

    static let noChat = ChatError(.notFound, "There is no such chat.")
    static let noUser = ChatError(.notFound, "There is no such user.")
    static let noMember = ChatError(.notFound, "The user is no member of the chat.")
    static let notMember = ChatError(.forbidden, "You are not a member of this chat.")
    static let noMessage = ChatError(.notFound, "There is no such message in this chat.", field: "messageId")

    func existingUser(_ id: UserID) throws -> UserRecord {
        guard let user = try memory.user(id) else { throw Self.noUser }
        return user
    }

    func existingChat(_ id: ChatID) throws -> ChatRecord {
        guard let chat = try memory.chat(id) else { throw Self.noChat }
        return chat
    }

    /// The chat, and the user's place in it.
    ///
    /// - Throws: `forbidden`, whether the chat exists or not.
    func membership(_ userID: UserID, in chatID: ChatID) throws -> (ChatRecord, UserRecord, MemberRecord) {
        guard let chat = try memory.chat(chatID), let user = try memory.user(userID),
            let member = try memory.member(user, of: chat), !user.user.blocked
        else { throw Self.notMember }
        return (chat, user, member)
    }

    func facts(_ n: Int64) throws -> MessageFacts? {
        try connection[Self.messageFacts].first(n) { row in
            MessageFacts(
                n: n, seq: row.int(0), kind: Message.Kind(code: row.int(1)), content: row.text(2),
                deleted: !row.isNull(3), edited: !row.isNull(4), senderKey: row.optionalInt(5),
                senderID: row.optionalText(6).map { UserID($0) }, chatKey: row.int(7), hasFiles: !row.isNull(8))
        }
    }

    /// The message of that id in that chat.
    ///
    /// - Throws: `not_found`, also for a message of another chat.
    func facts(_ id: MessageID, in chat: ChatRecord) throws -> MessageFacts {
        guard let revision = id.revision, let facts = try facts(revision.value), facts.chatKey == chat.key else {
            throw Self.noMessage
        }
        return facts
    }

    /// Messages above the member's watermark that are not their own, deleted or system. One's own never are: sending
    /// reads up to the message.
    func unread(_ member: MemberRecord, in chat: ChatRecord) throws -> Int {
        let above = chat.chat.lastSeq - member.readSeq
        guard above > 0 else { return 0 }
        guard chat.silentSeq > member.readSeq else { return Int(above) }
        let silent = try connection[Self.silentAbove].first(chat.key, member.readSeq) { $0.int(0) }
        return Int(above - (silent ?? 0))
    }
}
