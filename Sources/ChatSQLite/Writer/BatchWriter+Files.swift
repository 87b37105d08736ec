import ChatCore

/// Files: taken in chunk by chunk, sent with a message, erased.
extension BatchWriter {
    private static let insert: StaticString = """
        INSERT INTO files (id, owner, name, size, mime, created_ms) VALUES (?, ?, ?, 0, 'application/octet-stream', ?)
        """
    private static let taken: StaticString = "SELECT 1 FROM files WHERE id = ?"
    private static let unsent: StaticString = "SELECT count(*) FROM files WHERE owner = ? AND message IS NULL"
    private static let upload: StaticString = "SELECT key, size, done_ms FROM files WHERE id = ?"
    private static let stored: StaticString = "SELECT file_bytes FROM state WHERE id = 1"
    private static let addStored: StaticString = "UPDATE state SET file_bytes = file_bytes + ? WHERE id = 1"
    private static let insertChunk: StaticString = "INSERT INTO file_chunks (at, bytes) VALUES (?, ?)"
    private static let grow: StaticString = "UPDATE files SET size = ? WHERE key = ?"
    private static let finish: StaticString = """
        UPDATE files SET mime = ?, width = ?, height = ?, done_ms = ? WHERE key = ?
        """
    private static let attachment: StaticString = "SELECT id, name, size, mime, width, height FROM files WHERE key = ?"
    private static let sendable: StaticString = """
        SELECT key, owner, mime, message, created_ms FROM files WHERE id = ? AND done_ms IS NOT NULL
        """
    private static let attach: StaticString = "UPDATE files SET message = ?, place = ? WHERE key = ?"
    private static let noteFiles: StaticString = "UPDATE messages SET files = ? WHERE n = ?"
    private static let ofMessage: StaticString = "SELECT key FROM files WHERE message = ?"
    private static let unsentOf: StaticString = "SELECT key FROM files WHERE owner = ? AND message IS NULL"
    private static let expired: StaticString = """
        SELECT key FROM files INDEXED BY files_unsent WHERE message IS NULL AND created_ms <= ? LIMIT 1000
        """
    private static let remove: StaticString = "DELETE FROM files WHERE key = ?"
    private static let beginErasing: StaticString = "INSERT INTO chores (kind, subject) VALUES (2, ?)"
    private static let nextErasing: StaticString =
        "SELECT id, subject FROM chores WHERE kind = 2 ORDER BY id LIMIT 1"
    private static let endErasing: StaticString = "DELETE FROM chores WHERE id = ?"
    private static let chunksOf: StaticString = """
        SELECT at, length(bytes) FROM file_chunks WHERE at >= ?1 << 24 AND at < (?1 + 1) << 24 ORDER BY at LIMIT ?2
        """
    private static let removeChunk: StaticString = "DELETE FROM file_chunks WHERE at = ?"

    /// Chunks erased in one transaction: 1 MiB, each byte of which is written.
    private static let erasedAtOnce = 8

    // MARK: Uploads

    func beginFile(_ new: NewFile) throws -> Outcome {
        guard let owner = try memory.user(new.owner), !owner.user.blocked else {
            throw ChatError(.forbidden, "You may not upload files here.")
        }
        guard try connection[Self.taken].first(new.id, read: { _ in true }) == nil else {
            throw ChatError(.conflict, "There is a file of this id.")
        }
        let waiting = try connection[Self.unsent].first(owner.key) { $0.int(0) } ?? 0
        guard waiting < Int64(ChatPolicy.maxUnsentFiles) else {
            throw ChatError(
                .rateLimited,
                "You have \(ChatPolicy.maxUnsentFiles) files that were never sent; send some, or wait until they end.",
                retryAfter: .seconds(60))
        }
        try checkRoom(for: 1)
        try connection[Self.insert].run(new.id, owner.key, FileNames.cleaned(new.name), now)
        return .done
    }

    func appendToFile(_ id: FileID, _ bytes: [UInt8]) throws -> Outcome {
        let (key, size) = try upload(id)
        let chunk = Int64(StoredFile.chunkSize)
        guard (1...StoredFile.chunkSize).contains(bytes.count), size.isMultiple(of: chunk), size / chunk < 1 << 24
        else {
            throw ChatError(.invalid, "This is not the next chunk of the file.")
        }
        let grown = size + Int64(bytes.count)
        guard grown <= policy.maxAttachment else {
            throw ChatError(.tooLong, "A file has at most \(policy.maxAttachment) bytes.")
        }
        try checkRoom(for: Int64(bytes.count))
        try connection[Self.insertChunk].run(key << 24 | size / chunk, bytes)
        try connection[Self.grow].run(grown, key)
        try connection[Self.addStored].run(bytes.count)
        fileBytes += bytes.count
        return .done
    }

    func finishFile(_ id: FileID, _ traits: FileTraits) throws -> Outcome {
        let (key, _) = try upload(id)
        try connection[Self.finish].run(traits.mimeType, traits.width, traits.height, now, key)
        guard let attachment = try connection[Self.attachment].first(key, read: { MessageRow.attachment($0) }) else {
            throw Self.noFile
        }
        return .file(attachment)
    }

    func discardFile(_ id: FileID) throws -> Outcome {
        try erase(file: try upload(id).key)
        return .done
    }

    private static let noFile = ChatError(.notFound, "There is no such upload.")

    /// An upload that goes on.
    private func upload(_ id: FileID) throws -> (key: Int64, size: Int64) {
        let found = try connection[Self.upload].first(id) { ($0.int(0), $0.int(1), $0.isNull(2)) }
        guard let (key, size, goesOn) = found else { throw Self.noFile }
        guard goesOn else { throw ChatError(.conflict, "The file is finished.") }
        return (key, size)
    }

    private func checkRoom(for bytes: Int64) throws {
        let stored = try connection[Self.stored].first { $0.int(0) } ?? 0
        guard bytes <= policy.maxStorage - stored else {
            throw ChatError(.storageFull, "There is no room for more files.", retryAfter: .seconds(60))
        }
    }

    // MARK: Sending

    /// The files that a message is to have, in its order.
    ///
    /// - Throws: `not_found` for what is no file of the sender's, `conflict` for what was sent already.
    func files(_ ids: [FileID], of sender: UserRecord, for kind: Message.Kind) throws -> [Int64] {
        var hasImage = false
        let oldest = now.advanced(by: .zero - ChatPolicy.unsentFileLife)
        let keys = try ids.map { id in
            let row = try connection[Self.sendable].first(id) {
                (key: $0.int(0), owner: $0.int(1), mime: $0.text(2), isSent: !$0.isNull(3), createdAt: $0.time(4))
            }
            guard let row, row.owner == sender.key, row.isSent || row.createdAt > oldest else {
                throw ChatError(.notFound, "There is no such file of yours.", field: "attachmentIds")
            }
            guard !row.isSent else {
                throw ChatError(.conflict, "This file was sent already; upload it again.", field: "attachmentIds")
            }
            hasImage = hasImage || row.mime.hasPrefix("image/")
            return row.key
        }
        guard kind != .image || hasImage || ids.isEmpty else {
            throw ChatError(.invalid, "None of the files is an image.", field: "messageType")
        }
        return keys
    }

    /// Gives the files to the message that was just stored.
    ///
    /// - Returns: what the message shows of them.
    func attach(_ keys: [Int64], to n: Int64) throws -> [Attachment] {
        for (place, key) in keys.enumerated() { try connection[Self.attach].run(n, place, key) }
        try connection[Self.noteFiles].run(keys.count, n)
        return try MessageRow.attachments(of: n, connection)
    }

    // MARK: Erasing

    /// Removes the files of a message; their bytes are overwritten right after.
    func eraseFiles(of n: Int64) throws {
        for key in try connection[Self.ofMessage].all(n, read: { $0.int(0) }) { try erase(file: key) }
    }

    /// Removes what the user uploaded and never sent.
    func eraseUnsentFiles(of user: Int64) throws {
        for key in try connection[Self.unsentOf].all(user, read: { $0.int(0) }) { try erase(file: key) }
    }

    /// Removes what was not sent in time, finished or not.
    func eraseExpiredFiles() throws {
        let oldest = now.advanced(by: .zero - ChatPolicy.unsentFileLife)
        for key in try connection[Self.expired].all(oldest, read: { $0.int(0) }) { try erase(file: key) }
    }

    /// From now on the file is not there; its chunks are a chore.
    private func erase(file key: Int64) throws {
        try connection[Self.remove].run(key)
        try connection[Self.beginErasing].run(key)
        beganChore = true
    }

    /// One slice of that chore, and of those after it as far as it goes.
    func eraseChunks() throws {
        try overwritingFreedPages {
            var left = Self.erasedAtOnce
            while left > 0 {
                let next = try connection[Self.nextErasing].first { ($0.int(0), $0.int(1)) }
                guard let (chore, key) = next else { return }
                let chunks = try connection[Self.chunksOf].all(key, left) { ($0.int(0), $0.int(1)) }
                for (at, size) in chunks {
                    try connection[Self.removeChunk].run(at)
                    try connection[Self.addStored].run(-size)
                    fileBytes += Int(size)
                }
                if chunks.count < left { try connection[Self.endErasing].run(chore) }
                // A file without bytes costs something too.
                left -= max(1, chunks.count)
            }
        }
    }

    /// What `body` deletes is overwritten even where SQLite gives back whole pages: `FAST` leaves those as they are.
    func overwritingFreedPages<Value>(_ body: () throws -> Value) throws -> Value {
        // SQLite obeys this PRAGMA when it is compiled: prepared statements would do it once.
        try connection.execute("PRAGMA secure_delete = ON")
        let result = Result { try body() }
        try connection.execute("PRAGMA secure_delete = FAST")
        return try result.get()
    }
}
