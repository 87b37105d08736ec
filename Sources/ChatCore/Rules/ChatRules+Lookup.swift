/// Finding what a command names, with the errors that the contract has for what is not there.
extension ChatRules {
    static var noChat: ChatError { ChatError(.notFound, "There is no such chat.") }
    static var noUser: ChatError { ChatError(.notFound, "There is no such user.") }
    static var noMember: ChatError { ChatError(.notFound, "The user is no member of the chat.") }
    static var notMember: ChatError { ChatError(.forbidden, "You are not a member of this chat.") }
    static var noMessage: ChatError {
        ChatError(.notFound, "There is no such message in this chat.", field: "messageId")
    }

    func existingUser(_ id: UserID) throws -> UserRecord {
        guard let user = try records.user(id) else { throw Self.noUser }
        return user
    }

    func existingChat(_ id: ChatID) throws -> ChatRecord {
        guard let chat = try records.chat(id) else { throw Self.noChat }
        return chat
    }

    /// The user of that name, as they may write it.
    func user(named username: String) throws -> UserRecord? {
        for key in Folding.usernameKeys(username) {
            if let user = try records.user(folded: key) { return user }
        }
        return nil
    }

    /// The chat, and the user's place in it. Who is blocked is no member.
    ///
    /// - Throws: `forbidden`, whether the chat exists or not.
    func membership(_ userID: UserID, in chatID: ChatID) throws -> (ChatRecord, UserRecord, MemberRecord) {
        guard let chat = try records.chat(chatID), let user = try records.user(userID),
            let member = try records.member(user, of: chat), !user.user.blocked
        else { throw Self.notMember }
        return (chat, user, member)
    }

    /// The chat, if `principal` may do `action` in it.
    ///
    /// - Throws: `not_found` to the operator; to a user `forbidden`, whether the chat exists or not.
    func authorize(_ action: ChatPermissions.Action, in id: ChatID, by principal: Principal) throws -> ChatRecord {
        switch principal {
        case .operator:
            return try existingChat(id)
        case .user(let userID):
            let (chat, _, member) = try membership(userID, in: id)
            guard ChatPermissions.allows(action, as: member.role) else {
                throw ChatError(.forbidden, "Your role in this chat does not allow that.")
            }
            return chat
        }
    }

    /// The message of that id in that chat.
    ///
    /// - Throws: `not_found`, also for a message of another chat.
    func existingMessage(_ id: MessageID, in chat: ChatRecord) throws -> MessageRecord {
        guard let n = id.revision?.value, let message = try records.message(n), message.chatKey == chat.key else {
            throw Self.noMessage
        }
        return message
    }

    /// The same for a member.
    ///
    /// - Throws: `not_found`, also for what they do not see.
    func existingMessage(_ id: MessageID, in chat: ChatRecord, seenBy member: MemberRecord) throws -> MessageRecord {
        let message = try existingMessage(id, in: chat)
        guard sees(message.seq, member) else { throw Self.noMessage }
        return message
    }

    /// The seq above which the member sees the chat's messages.
    func floor(of member: MemberRecord) -> Int64 { policy.visibleAbove(joinedSeq: member.joinedSeq) }

    /// Whether the member sees what has this seq.
    func sees(_ seq: Int64, _ member: MemberRecord) -> Bool { seq > floor(of: member) }

    /// The message as clients see it.
    func whole(_ n: Int64) throws -> Message {
        guard let message = try records.wholeMessage(n) else { throw Self.noMessage }
        return message
    }

    func unread(_ member: MemberRecord, in chat: ChatRecord) throws -> Int {
        Int(
            try Unread.count(lastSeq: chat.chat.lastSeq, readSeq: member.readSeq, silentSeq: chat.silentSeq) {
                try records.silentCount(in: chat, above: member.readSeq)
            })
    }

    /// Stamps the chat: something in it changed.
    func stamp(_ chat: ChatRecord, _ n: Int64) {
        chat.changed = n
        records.changed(chat)
    }
}
