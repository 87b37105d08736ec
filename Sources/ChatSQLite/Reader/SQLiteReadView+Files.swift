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
        SELECT key, blocked, tokens_after_ms, deleted_ms FROM users WHERE id = ?
        """

    private static let noFile = ChatError(.notFound, "There is no such file.", field: "fileId")

    func file(_ id: FileID) throws -> StoredFile? { try found(id)?.file }

    func file(_ id: FileID, for user: UserID) throws -> StoredFile {
        guard let found = try found(id) else { throw Self.noFile }
        guard found.file.messageID != nil else {
            guard found.file.ownerID == user else { throw Self.noFile }
            return found.file
        }
        do {
            guard let chat = found.chat, found.seq > (try visibleAbove(chat, for: user)) else { throw Self.noFile }
        } catch let error as ChatError where error.code == .forbidden {
            throw Self.noFile
        }
        return found.file
    }

    func chunk(_ number: Int64, of id: FileID) throws -> [UInt8]? {
        guard (0..<(1 << 24)).contains(number) else { return nil }
        return try connection[Self.chunk].first(id, number) { $0.blob(0) }
    }

    func standing(of user: UserID, token: TokenFacts) throws -> TokenStanding {
        let found = try connection[Self.holder].first(user) {
            ($0.int(0), $0.bool(1), $0.optionalTime(2), !$0.isNull(3))
        }
        guard let (key, blocked, revokedBefore, isDeleted) = found else { return .unknownUser }
        if isDeleted { return .deleted }
        if blocked { return .blocked }
        return try isRevoked(token, of: key, revokedBefore) ? .tokenRevoked : .holds
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
        if found.file.messageID == nil {
            // It may be there until somebody clears up.
            let end = found.file.createdAt.advanced(by: ChatPolicy.unsentFileLife)
            return facts.clock() < end ? found : nil
        }
        return found.chat == nil ? nil : found
    }
}
