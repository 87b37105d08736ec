import ByteText
import ChatCore

/// Chats, messages and reactions.
extension ImportWriter {
    private static let chatByID: StaticString = "SELECT 1 FROM chats WHERE id = ?"
    private static let chatByPair: StaticString = "SELECT id FROM chats WHERE pair = ?"
    private static let insertChat: StaticString = """
        INSERT INTO chats (id, name, name_folded, kind, pair, created_ms, meta_n, changed, deleted_ms, made_n, gone_n)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, min(?7, ?9), ?7, ?8, ?7, CASE WHEN ?8 IS NOT NULL THEN ?7 END)
        """
    private static let messageByNumber: StaticString = "SELECT 1 FROM messages WHERE n = ?"
    private static let newestUpTo: StaticString = "SELECT max(n) FROM messages WHERE n >= ? AND n <= ?"
    private static let messageBySeq: StaticString =
        "SELECT n, deleted_ms FROM messages WHERE chat = ? AND seq = ?"
    private static let byClientKey: StaticString =
        "SELECT client_id FROM messages WHERE client_key = ? AND sender IS ?"
    private static let insertMessage: StaticString = """
        INSERT INTO messages (n, chat, seq, sender, kind, created_ms, client_key, client_id, content, reply_n, changed,
            edited_ms, deleted_ms)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
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
            try FieldRules.id(chat.id)
            guard try Self.isSame(FieldRules.archivedName(chat.name, field: "name"), chat.name) else {
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
            guard chat.pair[0] != chat.pair[1] else { throw ArchiveError(.invalid, "A direct chat is of two users.") }
            let name = try pairName(chat.pair)
            if let other = try connection[Self.chatByPair].first(name, read: { $0.text(0) }) {
                throw ArchiveError(.conflict, "The two have a direct chat already, \(other).")
            }
            pair = name
        }
        try connection[Self.insertChat].run(
            chat.id, chat.name, chat.name.flatMap(Folding.fold), chat.kind.code, pair, chat.createdAt, next(),
            chat.deletedAt, Self.slot(of: chat.createdAt))
    }

    /// - Throws: `not_found` for a pair that nobody made.
    func standing(of chat: ArchiveChat) throws -> ArchiveStanding {
        if try connection[Self.chatByID].first(chat.id, read: { _ in true }) != nil { return .sameID }
        guard chat.pair.count == 2 else { return .new }
        return try connection[Self.chatByPair].first(try pairName(chat.pair), read: { _ in true }) == nil
            ? .new : .nameTaken
    }

    /// `chats.pair` of two users.
    private func pairName(_ users: [UserID]) throws -> String {
        let keys = try users.map { try memory.user($0).key }.sorted()
        return "\(keys[0]):\(keys[1])"
    }

    func take(_ message: ArchiveMessage) throws {
        let chat = try memory.chat(message.chatID)
        try checkForm(message)
        let n = try number(of: message, in: chat)
        try checkPlace(message, n, in: chat)
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
        // What is older is indexed with those that were there.
        if n > unindexed { try SearchIndexer.put(n, message.content, connection) }
        if let sender { try connection[Self.noteSender].run(chat.key, sender, seq) }
        chat.lastSeq = seq
        chat.lastN = n
        if message.createdAt <= now { chat.lastTime = message.createdAt }
        if sender == nil || message.deletedAt != nil { chat.silentSeq = seq }
        memory.touch(chat)
        progress.newest = max(progress.newest, n)
    }

    /// The revision that the message's id is, or, for one without an id, a free one of about the time of its making:
    /// chats stand in lists by their newest message's. A time in the future is a wrong clock's: such a message gets the
    /// revision of one of now, and keeps its time.
    private func number(of message: ArchiveMessage, in chat: ImportedChat) throws -> Int64 {
        guard let id = message.id else {
            return try freeNumber(from: max(chat.lastN + 1, Self.slot(of: min(message.createdAt, now))))
        }
        guard let revision = id.revision, revision.value > 0, revision.value < Self.horizon else {
            throw ArchiveError(.invalid, "\(id) is no message's id.")
        }
        return revision.value
    }

    /// The first revision of a time: those of a second are shared out among its milliseconds.
    private static func slot(of time: Timestamp) -> Int64 {
        let milliseconds = min(max(time.milliseconds, 0), (horizon >> 20) * 1000 - 1)
        return (milliseconds / 1000) << 20 | (milliseconds % 1000) * 1048
    }

    /// The next number that no message has. Where others lie in the way, behind the last of them in a stretch that is
    /// a thousand times longer with each try: a few steps, however many there are.
    private func freeNumber(from first: Int64) throws -> Int64 {
        // Most often the newest of all is of this moment: what follows it is free.
        if (0..<1048).contains(progress.newest - first) { return progress.newest + 1 }
        var n = first
        for width in [0, 10, 20, 30] as [Int64] {
            guard n <= progress.newest, try connection[Self.messageByNumber].first(n, read: { _ in true }) != nil else {
                return n
            }
            let end = n | ((1 << width) - 1)
            n = try connection[Self.newestUpTo].first(n, end) { $0.int(0) + 1 } ?? n
        }
        return max(n, progress.newest + 1)
    }

    private func checkPlace(_ message: ArchiveMessage, _ n: Int64, in chat: ImportedChat) throws {
        if let seq = message.seq, seq != chat.lastSeq + 1 {
            throw ArchiveError(
                .sequence, "The next message of \(message.chatID) has seq \(chat.lastSeq + 1), not \(seq).")
        }
        if message.seq == nil, message.id == nil, let last = chat.lastTime, message.createdAt < last {
            throw ArchiveError(
                .order,
                """
                The message of \(message.createdAt.rfc3339) is older than the one before it in \(message.chatID), of \
                \(last.rfc3339); oldest first, or --sort.
                """)
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
        let emoji = try check { () throws(ChatError) in try FieldRules.emoji(reaction.emoji) }
        let found = try connection[Self.messageBySeq].first(chat.key, reaction.seq) { ($0.int(0), !$0.isNull(1)) }
        guard let (message, isDeleted) = found else {
            throw ArchiveError(.notFound, "There is no message \(reaction.seq) in \(reaction.chatID).")
        }
        guard !isDeleted else { throw ArchiveError(.invalid, "A deleted message has no reactions.") }
        guard try connection[Self.reacted].first(message, emoji, user.key, read: { _ in true }) == nil else {
            // Older releases took the same emoji in two spellings for two.
            if FieldRules.hasSpellings(emoji: emoji) { return }
            throw ArchiveError(.conflict, "The user reacted so already.")
        }
        let n = next()
        try connection[Self.insertReaction].run(message, emoji, user.key, n)
        try connection[Self.noteReaction].run(n, message)
    }
}
