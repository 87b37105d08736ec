import ChatCore

/// Messages, reactions and files.
extension MemoryRecords {
    func message(_ n: Int64) -> MessageRecord? {
        check.loads(message: n)
        return messageRecord(n)
    }

    func messageRecord(_ n: Int64) -> MessageRecord? {
        guard let row = state.messages[n] else { return nil }
        check.mayFollow(chat: row.new.chatKey)
        return MessageRecord(
            n: n, chatKey: row.new.chatKey, seq: row.new.seq, kind: row.new.kind, content: row.content,
            isEdited: row.editedAt != nil, isDeleted: row.deletedAt != nil, senderKey: row.new.senderKey,
            senderID: row.new.senderKey.flatMap { state.users[$0]?.user.id }, replyN: row.new.replyN,
            hasFiles: !row.files.isEmpty)
    }

    func message(of sender: UserRecord, clientID: String) -> MessageRecord? {
        check.loads(send: RecordNeeds.Send(sender: sender.user.id, clientID: clientID))
        let found = state.messages.first { $0.value.new.senderKey == sender.key && $0.value.new.clientID == clientID }
        guard let n = found?.key else { return nil }
        check.mayFollow(message: n)
        return messageRecord(n)
    }

    func systemMessage(clientID: String) -> MessageRecord? {
        check.loads(send: RecordNeeds.Send(sender: nil, clientID: clientID))
        let found = state.messages.first { $0.value.new.senderKey == nil && $0.value.new.clientID == clientID }
        guard let n = found?.key else { return nil }
        check.mayFollow(message: n)
        return messageRecord(n)
    }

    func wholeMessage(_ n: Int64) -> Message? {
        check.loads(message: n)
        return state.message(n)
    }

    func insertMessage(_ new: NewMessageRecord) {
        state.messages[new.n] = MemoryState.MessageRow(new: new, content: new.content, createdAt: now)
        state.chats[new.chatKey]?.numbers.append(new.n)
        check.mayFollow(message: new.n)
    }

    func putContent(_ content: String, of message: MessageRecord, n: Int64) {
        state.messages[message.n]?.content = content
        state.messages[message.n]?.editedAt = now
        state.messages[message.n]?.changed = n
    }

    func eraseMessage(_ message: MessageRecord, n: Int64) {
        for file in state.messages[message.n]?.files ?? [] { erase(file: file) }
        state.messages[message.n]?.files = []
        state.messages[message.n]?.reactions = []
        state.messages[message.n]?.reactedN = nil
        state.messages[message.n]?.content = ""
        state.messages[message.n]?.deletedAt = now
        state.messages[message.n]?.changed = n
    }

    func silentCount(in chat: ChatRecord, above seq: Int64) -> Int64 { state.silentCount(in: chat.key, above: seq) }

    func hasReacted(_ user: UserRecord, to n: Int64, with emoji: String) -> Bool {
        check.loads(message: n)
        return reaction(emoji, of: user.key, to: n).map { state.messages[n]?.reactions[$0].isRemoved == false } ?? false
    }

    func reactions(to n: Int64) -> [Message.Reaction] {
        check.loads(message: n)
        return state.reactions(to: n)
    }

    func putReaction(_ emoji: String, of user: UserRecord, to message: MessageRecord, removed: Bool, n: Int64) {
        let reaction = MemoryState.ReactionRow(emoji: emoji, user: user.key, n: n, isRemoved: removed)
        if let place = self.reaction(emoji, of: user.key, to: message.n) {
            state.messages[message.n]?.reactions[place] = reaction
        } else {
            state.messages[message.n]?.reactions.append(reaction)
        }
        state.messages[message.n]?.reactedN = n
    }

    private func reaction(_ emoji: String, of user: Int64, to n: Int64) -> Int? {
        state.messages[n]?.reactions.firstIndex { $0.user == user && $0.emoji.utf8.elementsEqual(emoji.utf8) }
    }

    // MARK: Files

    func isTaken(_ id: FileID) -> Bool {
        check.loads(file: id)
        return state.fileKeys[id] != nil
    }

    func unsentFileCount(of user: UserRecord) -> Int {
        state.files.values.count { $0.owner == user.key && $0.message == nil }
    }

    func storedFileBytes() -> Int64 { state.fileBytes }

    func insertFile(_ id: FileID, name: String, of owner: UserRecord) {
        let key = state.makeKey()
        state.fileKeys[id] = key
        state.files[key] = MemoryState.FileRow(
            attachment: Attachment(
                id: id, name: name, size: 0, mimeType: "application/octet-stream", width: nil, height: nil),
            owner: owner.key, createdAt: now)
    }

    func upload(_ id: FileID) -> UploadRecord? {
        check.loads(upload: id)
        guard let key = state.fileKeys[id], let file = state.files[key] else { return nil }
        return UploadRecord(key: key, size: file.attachment.size, isFinished: file.isFinished)
    }

    func append(_ bytes: [UInt8], to upload: UploadRecord) {
        state.files[upload.key]?.chunks.append(bytes)
        state.files[upload.key]?.attachment.size = upload.size + Int64(bytes.count)
    }

    func finish(_ upload: UploadRecord, _ traits: FileTraits) throws -> Attachment {
        state.files[upload.key]?.isFinished = true
        state.files[upload.key]?.attachment.mimeType = traits.mimeType
        state.files[upload.key]?.attachment.width = traits.width
        state.files[upload.key]?.attachment.height = traits.height
        guard let file = state.files[upload.key] else { throw ChatError(.internal, "A file is gone that was there.") }
        return file.attachment
    }

    func erase(_ upload: UploadRecord) { erase(file: upload.key) }

    func file(_ id: FileID) -> FileRecord? {
        check.loads(file: id)
        guard let key = state.fileKeys[id], let file = state.files[key], file.isFinished else { return nil }
        return FileRecord(
            key: key, ownerKey: file.owner, mimeType: file.attachment.mimeType, createdAt: file.createdAt,
            isSent: file.message != nil)
    }

    func attach(_ files: [FileRecord], to n: Int64) -> [Attachment] {
        for file in files { state.files[file.key]?.message = n }
        state.messages[n]?.files = files.map(\.key)
        return files.compactMap { state.files[$0.key]?.attachment }
    }

    func erase(file key: Int64) {
        guard let file = state.files.removeValue(forKey: key) else { return }
        state.fileKeys[file.attachment.id] = nil
    }
}
