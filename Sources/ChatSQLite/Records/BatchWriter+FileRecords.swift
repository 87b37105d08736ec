import ChatCore

/// Files as ``ChatCore/ChatRecords``, and their erasing.
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

    func isTaken(_ id: FileID) throws -> Bool {
        try connection[Self.taken].first(id, read: { _ in true }) != nil
    }

    func unsentFileCount(of user: UserRecord) throws -> Int {
        Int(try connection[Self.unsent].first(user.key) { $0.int(0) } ?? 0)
    }

    func storedFileBytes() throws -> Int64 { try connection[Self.stored].first { $0.int(0) } ?? 0 }

    func insertFile(_ id: FileID, name: String, of owner: UserRecord) throws {
        try connection[Self.insert].run(id, owner.key, name, now)
    }

    func upload(_ id: FileID) throws -> UploadRecord? {
        try connection[Self.upload].first(id) {
            UploadRecord(key: $0.int(0), size: $0.int(1), isFinished: !$0.isNull(2))
        }
    }

    func append(_ bytes: [UInt8], to upload: UploadRecord) throws {
        let number = upload.size / Int64(StoredFile.chunkSize)
        try connection[Self.insertChunk].run(upload.key << 24 | number, bytes)
        try connection[Self.grow].run(upload.size + Int64(bytes.count), upload.key)
        try connection[Self.addStored].run(bytes.count)
        fileBytes += bytes.count
    }

    func finish(_ upload: UploadRecord, _ traits: FileTraits) throws -> Attachment {
        try connection[Self.finish].run(traits.mimeType, traits.width, traits.height, now, upload.key)
        let stored = try connection[Self.attachment].first(upload.key) { MessageRow.attachment($0) }
        guard let stored else { throw ChatError(.internal, "A file is gone that was there.") }
        return stored
    }

    func erase(_ upload: UploadRecord) throws { try erase(file: upload.key) }

    // MARK: Sending

    func file(_ id: FileID) throws -> FileRecord? {
        try connection[Self.sendable].first(id) {
            FileRecord(
                key: $0.int(0), ownerKey: $0.int(1), mimeType: $0.text(2), createdAt: $0.time(4), isSent: !$0.isNull(3))
        }
    }

    func attach(_ files: [FileRecord], to n: Int64) throws -> [Attachment] {
        for (place, file) in files.enumerated() { try connection[Self.attach].run(n, place, file.key) }
        try connection[Self.noteFiles].run(files.count, n)
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
