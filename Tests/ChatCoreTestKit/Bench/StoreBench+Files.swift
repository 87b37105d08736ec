import ChatCore

extension StoreBench {
    /// Bytes that tell where they stand.
    public static func bytes(_ count: Int, seed: UInt8 = 0) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) &+ seed }
    }

    /// Uploads a whole file, chunk by chunk.
    @discardableResult
    public func upload(
        _ id: String, by owner: UserID, _ bytes: [UInt8] = [1, 2, 3], name: String = "a.bin",
        type: String = "application/pdf"
    ) async throws -> Attachment {
        let file = FileID(id)
        try await beginUpload(id, by: owner, bytes, name: name)
        let traits = FileTraits(mimeType: type, width: type == "image/png" ? 3 : nil, height: nil)
        guard case .file(let attachment) = try await store.perform(.finishFile(file, traits)) else {
            throw ContractViolation("finishFile answers a file")
        }
        return attachment
    }

    /// The same, without an end.
    public func beginUpload(
        _ id: String, by owner: UserID, _ bytes: [UInt8] = [1, 2, 3], name: String = "a.bin"
    ) async throws {
        _ = try await store.perform(.beginFile(NewFile(id: FileID(id), owner: owner, name: name)))
        for start in stride(from: 0, to: bytes.count, by: StoredFile.chunkSize) {
            let chunk = Array(bytes[start..<min(bytes.count, start + StoredFile.chunkSize)])
            _ = try await store.perform(.appendToFile(FileID(id), chunk))
        }
    }

    /// All bytes of a file, as a download reads them.
    public func download(_ id: String) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        var number: Int64 = 0
        while let chunk = try await read({ [number] in try $0.chunk(number, of: FileID(id)) }) {
            bytes += chunk
            number += 1
        }
        return bytes
    }

    /// Whether a user may have a file.
    public func mayHave(_ id: String, _ user: UserID) async throws -> Bool {
        do {
            return try await read { try $0.file(FileID(id), for: user) }.attachment.id == FileID(id)
        } catch let error as ChatError {
            try expectEqual(error.code, .notFound, "\(error.message)")
            return false
        }
    }

    @discardableResult
    public func send(
        _ content: String, files: [String], to chat: ChatID, from sender: UserID, kind: Message.Kind = .file,
        clientID: String? = nil
    ) async throws -> Message {
        let outcome = try await perform(
            .send(
                NewMessage(
                    chatID: chat, sender: sender, content: content, kind: kind, clientID: clientID,
                    attachments: files.map { FileID($0) })))
        guard case .message(let message, _) = outcome else { throw ContractViolation("send answers a message") }
        return message
    }
}
