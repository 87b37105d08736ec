import ChatCore
import Foundation

/// Files of messages.
extension ImportWriter {
    private static let message: StaticString = """
        SELECT n, sender, created_ms, deleted_ms, ifnull(files, 0) FROM messages WHERE chat = ? AND seq = ?
        """
    private static let taken: StaticString = "SELECT 1 FROM files WHERE id = ?"
    private static let insertFile: StaticString = """
        INSERT INTO files (id, owner, name, size, mime, created_ms, done_ms, message, place)
        VALUES (?1, ?2, ?3, ?4, '', ?5, ?5, ?6, ?7) RETURNING key
        """
    private static let noteFiles: StaticString = "UPDATE messages SET files = ? WHERE n = ?"
    private static let insertChunk: StaticString = "INSERT INTO file_chunks (at, bytes) VALUES (?, ?)"
    private static let finishFile: StaticString =
        "UPDATE files SET mime = ?, width = ?, height = ? WHERE key = ?"
    private static let addStored: StaticString = "UPDATE state SET file_bytes = file_bytes + ? WHERE id = 1"

    func take(_ file: ArchiveFile) throws {
        let chat = try memory.chat(file.chatID)
        let found = try connection[Self.message].first(chat.key, file.seq) {
            (n: $0.int(0), sender: $0.optionalInt(1), createdAt: $0.time(2), isDeleted: !$0.isNull(3), place: $0.int(4))
        }
        guard let found else {
            throw ArchiveError(.notFound, "There is no message \(file.seq) in \(file.chatID).")
        }
        guard let owner = found.sender, !found.isDeleted else {
            throw ArchiveError(.invalid, "System messages and deleted ones have no files.")
        }
        let id = file.id ?? FileID(UUID().uuidString.lowercased())
        guard IdentifierRule.allowsAsPlainName(id.rawValue), !id.rawValue.hasPrefix(".") else {
            throw ArchiveError(.invalid, "\(id) is no file's id.")
        }
        guard try connection[Self.taken].first(id, read: { _ in true }) == nil else {
            throw ArchiveError(.conflict, "There is a file of the id \(id) already.")
        }
        guard file.size < Int64(StoredFile.chunkSize) << 24 else {
            throw ArchiveError(.tooLong, "A file has at most \(StoredFile.chunkSize << 24) bytes.")
        }
        let key = try connection[Self.insertFile].first(
            id, owner, FileNames.cleaned(file.name), file.size, file.createdAt ?? found.createdAt, found.n,
            found.place
        ) { $0.int(0) }
        try connection[Self.noteFiles].run(found.place + 1, found.n)
        try connection[Self.addStored].run(file.size)
        let probe = FileProbe(declaredType: file.mimeType)
        let incoming = IncomingFile(key: key ?? 0, left: file.size, probe: probe)
        if incoming.left == 0 { try finish(incoming) } else { self.incoming = incoming }
    }

    func take(_ bytes: [UInt8]) throws {
        guard var file = incoming else { throw ArchiveError(.order, "These bytes are of no file.") }
        guard bytes.count == min(file.left, Int64(StoredFile.chunkSize)) else {
            throw ArchiveError(
                .invalid, "A file's bytes come by \(StoredFile.chunkSize), and at its end what is left of its size.")
        }
        try connection[Self.insertChunk].run(file.key << 24 | file.nextChunk, bytes)
        file.probe.take(bytes)
        file.nextChunk += 1
        file.left -= Int64(bytes.count)
        if file.left == 0 {
            try finish(file)
            incoming = nil
        } else {
            incoming = file
        }
    }

    /// What it is told by its bytes, as an upload is.
    private func finish(_ file: IncomingFile) throws {
        var file = file
        let traits = file.probe.finish()
        try connection[Self.finishFile].run(traits.mimeType, traits.width, traits.height, file.key)
    }
}
