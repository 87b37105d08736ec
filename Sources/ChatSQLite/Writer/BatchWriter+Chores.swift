import ChatCore

/// Work too long for one transaction: begun with the command, gone on with between batches, also after a restart.
extension BatchWriter {
    enum Chore: Int64 {
        /// Removes the messages of a deleted chat.
        case purgeChat = 0
        /// Makes tombstones of a deleted user's messages.
        case eraseMessages = 1
        /// Overwrites the chunks of a removed file.
        case eraseFile = 2
    }

    private static let insert: StaticString = "INSERT INTO chores (kind, subject) VALUES (?, ?)"
    private static let newest: StaticString = "SELECT id, kind, subject, done_n FROM chores ORDER BY id DESC LIMIT 1"
    private static let oldest: StaticString = "SELECT id, kind, subject, done_n FROM chores ORDER BY id LIMIT 1"
    private static let advance: StaticString = "UPDATE chores SET done_n = ? WHERE id = ?"
    private static let finish: StaticString = "DELETE FROM chores WHERE id = ?"
    private static let firstOfChat: StaticString =
        "SELECT n, content, files FROM messages WHERE chat = ? ORDER BY seq LIMIT 200"
    private static let eraseReactions: StaticString = "DELETE FROM reactions WHERE message = ?"
    private static let eraseMessage: StaticString = "DELETE FROM messages WHERE n = ?"
    private static let unindex: StaticString = "INSERT INTO search (search, rowid, content) VALUES ('delete', ?, ?)"
    private static let following: StaticString = """
        SELECT n, sender, deleted_ms FROM messages WHERE n > ? ORDER BY n LIMIT 5000
        """

    /// Slices done at once with the command: some 100,000 messages looked at, or 4,000 removed.
    private static let slicesAtOnce = 20

    func beginChore(_ chore: Chore, subject: Int64) throws {
        try connection[Self.insert].run(chore.rawValue, subject)
        beganChore = true
        for _ in 0..<Self.slicesAtOnce {
            guard try slice(Self.newest, only: subject) else { return }
        }
    }

    /// One slice of the oldest chore, in a transaction of the caller's.
    ///
    /// - Returns: whether there was one.
    func sliceOfChore() throws -> Bool { try slice(Self.oldest, only: nil) }

    private func slice(_ which: StaticString, only: Int64?) throws -> Bool {
        let row = try connection[which].first { ($0.int(0), Chore(rawValue: $0.int(1)), $0.int(2), $0.int(3)) }
        guard let (id, chore, subject, done) = row, only == nil || subject == only else { return false }
        switch chore {
        case .purgeChat: try purge(chat: subject, chore: id)
        case .eraseMessages: try eraseMessages(of: subject, after: done, chore: id)
        case .eraseFile: try eraseChunks()
        case nil: try connection[Self.finish].run(id)
        }
        return true
    }

    private func purge(chat: Int64, chore: Int64) throws {
        let messages = try connection[Self.firstOfChat].all(chat) { ($0.int(0), $0.text(1), !$0.isNull(2)) }
        for (n, content, hasFiles) in messages {
            if n <= indexed, !content.isEmpty { try connection[Self.unindex].run(n, content) }
            if hasFiles { try eraseFiles(of: n) }
            try connection[Self.eraseReactions].run(n)
            try connection[Self.eraseMessage].run(n)
        }
        if messages.isEmpty { try connection[Self.finish].run(chore) }
    }

    private func eraseMessages(of user: Int64, after done: Int64, chore: Int64) throws {
        var last = done
        var its: [Int64] = []
        try connection[Self.following].scan(done) { row in
            last = row.int(0)
            if row.optionalInt(1) == user, row.isNull(2) { its.append(last) }
            return true
        }
        for n in its {
            guard let facts = try facts(n), let chat = try chat(key: facts.chatKey) else { continue }
            try tombstone(facts, in: chat)
        }
        if last == done {
            try connection[Self.finish].run(chore)
        } else {
            try connection[Self.advance].run(last, chore)
        }
    }
}
