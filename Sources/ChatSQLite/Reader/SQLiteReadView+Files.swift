import ChatCore

/// Files: who may have them, and their bytes, chunk by chunk.
extension SQLiteReadView {
    private static let file: StaticString = """
        SELECT f.id, f.name, f.size, f.mime, f.width, f.height, o.id, f.created_ms, f.message, c.id, m.seq
        FROM files f CROSS JOIN users o ON o.key = f.owner LEFT JOIN messages m ON m.n = f.message
            LEFT JOIN chats c ON c.key = m.chat AND c.deleted_ms IS NULL
        WHERE f.id = ? AND f.done_ms IS NOT NULL
        """
    /// By id each time: a file that is deleted meanwhile ends here.
    private static let chunk: StaticString = """
        SELECT c.bytes FROM files f CROSS JOIN file_chunks c ON c.at = f.key << 24 | ?2
        WHERE f.id = ?1 AND f.done_ms IS NOT NULL
        """
    private static let holder: StaticString = """
        SELECT blocked, deleted_ms, tokens_after_ms FROM users WHERE id = ?
        """

    func file(_ id: FileID) throws -> StoredFile? { try found(id)?.file }

    func file(_ id: FileID, for user: UserID) throws -> StoredFile {
        let found = try found(id)
        let joined = try found?.chat.flatMap { try joinedSeq($0, of: user) }
        return try StoredFile.file(
            found?.file, for: user, seq: found?.seq ?? 0, above: joined.map(policy.visibleAbove(joinedSeq:)))
    }

    func chunk(_ number: Int64, of id: FileID) throws -> [UInt8]? {
        guard (0..<(1 << 24)).contains(number) else { return nil }
        return try connection[Self.chunk].first(id, number) { $0.blob(0) }
    }

    func standing(of user: UserID, token: TokenFacts) throws -> TokenStanding {
        let holder = try connection[Self.holder].first(user) {
            TokenHolder(
                id: user, isBlocked: $0.bool(0), isDeleted: !$0.isNull(1), revokedUpTo: $0.optionalTime(2))
        }
        return try token.standing(of: holder, record: state)
    }

    private struct Found {
        var file: StoredFile
        /// Where it was sent; `nil` when that chat was deleted.
        var chat: ChatID?
        var seq: Int64
    }

    private func found(_ id: FileID) throws -> Found? {
        let found = try connection[Self.file].first(id) { row in
            Found(
                file: StoredFile(
                    attachment: MessageRow.attachment(row), ownerID: UserID(row.text(6)), createdAt: row.time(7),
                    messageID: row.optionalInt(8).map { MessageID(revision: Revision($0)) }),
                chat: row.optionalText(9).map { ChatID($0) }, seq: row.int(10))
        }
        guard let found else { return nil }
        let isSent = found.file.messageID != nil
        if isSent, found.chat == nil { return nil }
        return StoredFile.isThere(isSent: isSent, createdAt: found.file.createdAt, now: facts.clock()) ? found : nil
    }
}
