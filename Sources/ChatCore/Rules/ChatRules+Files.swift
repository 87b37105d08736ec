/// Files: taken in chunk by chunk, taken back, within what a user and the store may hold.
extension ChatRules {
    func beginFile(_ new: NewFile) throws -> Outcome {
        guard let owner = try records.user(new.owner), !owner.user.blocked else {
            throw ChatError(.forbidden, "You may not upload files here.")
        }
        guard try !records.isTaken(new.id) else { throw ChatError(.conflict, "There is a file of this id.") }
        guard try records.unsentFileCount(of: owner) < ChatPolicy.maxUnsentFiles else {
            throw ChatError(
                .rateLimited,
                "You have \(ChatPolicy.maxUnsentFiles) files that were never sent; send some, or wait until they end.",
                retryAfter: .seconds(60))
        }
        try checkRoom(for: 1)
        try records.insertFile(new.id, name: FileNames.cleaned(new.name), of: owner)
        return .done
    }

    func append(_ bytes: [UInt8], to id: FileID) throws -> Outcome {
        let upload = try upload(id)
        let chunk = Int64(StoredFile.chunkSize)
        guard (1...StoredFile.chunkSize).contains(bytes.count), upload.size.isMultiple(of: chunk),
            upload.size / chunk < StoredFile.maxChunks
        else {
            throw ChatError(.invalid, "This is not the next chunk of the file.")
        }
        guard upload.size + Int64(bytes.count) <= policy.maxAttachment else {
            throw ChatError(.tooLong, "A file has at most \(policy.maxAttachment) bytes.")
        }
        try checkRoom(for: Int64(bytes.count))
        try records.append(bytes, to: upload)
        return .done
    }

    func finishFile(_ id: FileID, _ traits: FileTraits) throws -> Outcome {
        .file(try records.finish(try upload(id), traits))
    }

    func discardFile(_ id: FileID) throws -> Outcome {
        try records.erase(try upload(id))
        return .done
    }

    /// An upload that goes on.
    private func upload(_ id: FileID) throws -> UploadRecord {
        guard let upload = try records.upload(id) else {
            throw ChatError(.notFound, "There is no such upload.")
        }
        guard !upload.isFinished else { throw ChatError(.conflict, "The file is finished.") }
        return upload
    }

    private func checkRoom(for bytes: Int64) throws {
        guard bytes <= policy.maxStorage - (try records.storedFileBytes()) else {
            throw ChatError(.storageFull, "There is no room for more files.", retryAfter: .seconds(60))
        }
    }
}
