import ByteText
import ChatCore

/// Chats, messages and reactions.
extension ImportWriter {
    private static let chatByID: StaticString = "SELECT 1 FROM chats WHERE id = ?"
    private static let chatByPair: StaticString = "SELECT id FROM chats WHERE pair = ?"
    private static let insertChat: StaticString = """
        INSERT INTO chats (id, name, name_folded, kind, pair, created_ms, meta_n, changed, deleted_ms, made_n, gone_n)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?7, CASE WHEN ?8 IS NOT NULL THEN ?7 END)
        """
    private static let messageByNumber: StaticString = "SELECT 1 FROM messages WHERE n = ?"
    private static let messageBySeq: StaticString =
        "SELECT n, deleted_ms FROM messages WHERE chat = ? AND seq = ?"
    private static let byClientKey: StaticString =
        "SELECT client_id FROM messages WHERE client_key = ? AND sender IS ?"
    private static let insertMessage: StaticString = """
        INSERT INTO messages (n, chat, seq, sender, kind, created_ms, client_key, client_id, content, reply_n, changed,
            edited_ms, deleted_ms)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    private static let index: StaticString = "INSERT INTO search (rowid, content) VALUES (?, ?)"
    private static let noteSender: StaticString = """
        INSERT INTO import_senders (chat, user, seq) VALUES (?, ?, ?)
        ON CONFLICT (chat, user) DO UPDATE SET seq = excluded.seq
        """
    private static let reacted: StaticString =
        "SELECT 1 FROM reactions WHERE message = ? AND emoji = ? AND user = ?"
    private static let insertReaction: StaticString =
        "INSERT INTO reactions (message, emoji, user, n) VALUES (?, ?, ?, ?)"
    private static let noteReaction: StaticString = "UPDATE messages SET reacted_n = ? WHERE n = ?"

    func take(_ chat: ArchiveChat) throws {
        try check { () throws(ChatError) in
            try FieldRules.id(chat.id.rawValue)
            guard try Self.isSame(FieldRules.optionalName(chat.name, field: "name"), chat.name) else {
                throw ChatError(.invalid, "A chat's name is not empty and has no white space around it.")
            }
        }
        guard try connection[Self.chatByID].first(chat.id, read: { _ in true }) == nil else {
            throw ArchiveError(
                .conflict, "There is a chat of the id \(chat.id) already. (Was this archive imported before?)")
        }
        let isPair = chat.kind == .direct && chat.deletedAt == nil
        guard chat.pair.count == (isPair ? 2 : 0) else {
            throw ArchiveError(.invalid, "A direct chat that is not deleted names its pair, and no other chat does.")
        }
        var pair: String?
        if isPair {
            let keys = try chat.pair.map { try memory.user($0).key }.sorted()
            guard keys[0] != keys[1] else { throw ArchiveError(.invalid, "A direct chat is of two users.") }
            let name = "\(keys[0]):\(keys[1])"
            if let other = try connection[Self.chatByPair].first(name, read: { $0.text(0) }) {
                throw ArchiveError(.conflict, "The two have a direct chat already, \(other).")
            }
            pair = name
        }
        try connection[Self.insertChat].run(
            chat.id, chat.name, chat.name.flatMap(Folding.fold), chat.kind.code, pair, chat.createdAt, next(),
            chat.deletedAt)
    }

    func take(_ message: ArchiveMessage) throws {
        let chat = try memory.chat(message.chatID)
        let n = try number(of: message)
        try checkPlace(message, n, in: chat)
        try checkForm(message)
        let sender = try message.senderID.map { try memory.user($0).key }
        let clientKey = try checkClientID(message, sender)
        var replyN: Int64?
        if let seq = message.replyTo {
            guard seq >= 1, seq <= chat.lastSeq else {
                throw ArchiveError(.notFound, "There is no message \(seq) before this one to reply to.")
            }
            replyN = try connection[Self.messageBySeq].first(chat.key, seq) { $0.int(0) }
        }
        let seq = chat.lastSeq + 1
        let isAltered = message.editedAt != nil || message.deletedAt != nil
        try connection[Self.insertMessage].run(
            n, chat.key, seq, sender, message.kind.code, message.createdAt, clientKey,
            message.clientID.map { ClientIDColumn($0) }, message.content, replyN, isAltered ? max(next(), n) : nil,
            message.editedAt, message.deletedAt)
        if !message.content.isEmpty { try connection[Self.index].run(n, message.content) }
        if let sender { try connection[Self.noteSender].run(chat.key, sender, seq) }
        chat.lastSeq = seq
        chat.lastN = n
        if sender == nil || message.deletedAt != nil { chat.silentSeq = seq }
        memory.touch(chat)
        progress.newest = max(progress.newest, n)
    }

    /// The revision that the message's id is, or, for one without an id, a new one of about the time of its making.
    private func number(of message: ArchiveMessage) throws -> Int64 {
        let n: Int64
        if let id = message.id {
            guard let revision = id.revision, revision.value > 0 else {
                throw ArchiveError(.invalid, "\(id) is no message's id.")
            }
            n = revision.value
        } else {
            n = max(progress.newest + 1, (message.createdAt.milliseconds / 1000) << 20)
        }
        guard n < horizon else { throw ArchiveError(.invalid, "The message lies in the future.") }
        return n
    }

    private func checkPlace(_ message: ArchiveMessage, _ n: Int64, in chat: ImportedChat) throws {
        if let seq = message.seq, seq != chat.lastSeq + 1 {
            throw ArchiveError(
                .sequence, "The next message of \(message.chatID) has seq \(chat.lastSeq + 1), not \(seq).")
        }
        guard n > chat.lastN else {
            throw ArchiveError(.sequence, "The message's id is not newer than that of the one before it.")
        }
        // Archives give messages oldest first: mostly there is nothing to look up.
        guard n <= progress.newest, try connection[Self.messageByNumber].first(n, read: { _ in true }) != nil else {
            return
        }
        throw ArchiveError(.conflict, "There is a message of this id already.")
    }

    private func checkForm(_ message: ArchiveMessage) throws {
        guard (message.senderID == nil) == (message.kind == .system) else {
            throw ArchiveError(.invalid, "System messages have no sender, and all others have one.")
        }
        if message.deletedAt != nil {
            guard message.content.isEmpty else { throw ArchiveError(.invalid, "A deleted message has no content.") }
        } else if message.content.isEmpty, message.kind == .system {
            // What a user sent may have been nothing but files, which need not be in the archive.
            throw ArchiveError(.invalid, "A message needs content.")
        }
    }

    /// - Returns: `messages.client_key`.
    private func checkClientID(_ message: ArchiveMessage, _ sender: Int64?) throws -> Int64? {
        guard let clientID = message.clientID else { return nil }
        try check { () throws(ChatError) in try FieldRules.clientID(clientID) }
        let key = ClientIDColumn.key(sender: sender ?? ClientIDColumn.system, clientID)
        try connection[Self.byClientKey].scan(key, sender) { row in
            guard ClientIDColumn.read(row, 0) != clientID else {
                throw ArchiveError(.conflict, "Its sender has sent another message with this client_id.")
            }
            return true
        }
        return key
    }

    func take(_ reaction: ArchiveReaction) throws {
        let chat = try memory.chat(reaction.chatID)
        let user = try memory.user(reaction.userID)
        try check { () throws(ChatError) in try FieldRules.emoji(reaction.emoji) }
        let found = try connection[Self.messageBySeq].first(chat.key, reaction.seq) { ($0.int(0), !$0.isNull(1)) }
        guard let (message, isDeleted) = found else {
            throw ArchiveError(.notFound, "There is no message \(reaction.seq) in \(reaction.chatID).")
        }
        guard !isDeleted else { throw ArchiveError(.invalid, "A deleted message has no reactions.") }
        guard try connection[Self.reacted].first(message, reaction.emoji, user.key, read: { _ in true }) == nil
        else {
            throw ArchiveError(.conflict, "The user reacted so already.")
        }
        let n = next()
        try connection[Self.insertReaction].run(message, reaction.emoji, user.key, n)
        try connection[Self.noteReaction].run(n, message)
    }
}
