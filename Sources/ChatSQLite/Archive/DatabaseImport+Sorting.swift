import ChatCore

/// Messages that come in any order: put aside when they come, taken by their times when the last one has come.
extension DatabaseImport {
    /// - Returns: whether the record was put aside.
    func putAside(_ record: ArchiveRecord, _ mark: ArchiveMark) throws -> Bool {
        guard let staged, let sorting else { return false }
        guard record.section == ArchiveRecord.messages else {
            // What comes after the messages counts on them.
            if record.section > ArchiveRecord.messages { try drain(staged, sorting) }
            return false
        }
        try writer.enter(record, inAnyOrder: sorting.namesBySeq)
        try staged.take(record, line: mark.line)
        return true
    }

    /// Takes what was put aside; it comes by itself with the first record that stands behind messages.
    public func settle() throws {
        guard let staged, let sorting else { return }
        do {
            try drain(staged, sorting)
        } catch let error as DatabaseError {
            throw DatabasePreparation.refusal(error, place)
        }
    }

    private func drain(_ staged: StagedMessages, _ sorting: ArchiveSorting) throws {
        self.staged = nil
        var taken: Int64 = 0
        try staged.scan { message in
            taken += 1
            if taken.isMultiple(of: 1000) { sorting.progress(Double(taken) / Double(staged.count)) }
            guard let seq = try place(message, staged, sorting) else {
                return try staged.scanExtras(of: message, at: 0) { line, extra in
                    if let record = extra.record { try sorting.refuse(line, Self.without, record) }
                }
            }
            var isLeftOut = false
            try staged.scanExtras(of: message, at: seq) { line, extra in
                switch extra {
                case .reaction(let reaction): try offer(.reaction(reaction), line, sorting)
                case .file(let file):
                    if sorting.namesBySeq {
                        try takeWhole(file, line, sorting)
                    } else {
                        isLeftOut = try !offer(.file(file), line, sorting)
                    }
                case .data(let bytes): if !isLeftOut { try offer(.data(bytes), line, sorting) }
                }
            }
        }
        try staged.scanOrphans { try sorting.refuse($0, $1, $2) }
        try staged.close()
    }

    private static let without = ArchiveError(.notFound, "Its message was left out.")

    /// - Returns: the `seq` that it has now; `nil`: it does not fit.
    private func place(
        _ message: StagedMessages.Message, _ staged: StagedMessages, _ sorting: ArchiveSorting
    ) throws -> Int64? {
        var record = message.record
        if let key = record.replyTo {
            record.replyTo = try staged.number(record.chatID, key)
            if record.replyTo == nil {
                try sorting.refuse(
                    message.line,
                    ArchiveError(.notFound, "It answers a message that is not there before it."),
                    nil)
            }
        }
        guard try offer(.message(record), message.line, sorting) else { return nil }
        let seq = try writer.memory.chat(record.chatID).lastSeq
        try staged.note(message, seq: seq)
        return seq
    }

    @discardableResult
    private func offer(_ record: ArchiveRecord, _ line: Int64, _ sorting: ArchiveSorting) throws -> Bool {
        do {
            try apply(record)
            return true
        } catch let error as ArchiveError {
            try sorting.refuse(line, error, record)
            return false
        }
    }

    /// A file with its bytes, or nothing of it.
    private func takeWhole(_ file: ArchiveFile, _ line: Int64, _ sorting: ArchiveSorting) throws {
        do {
            let next = try sorting.open(file)
            try inSavepoint {
                try apply(.file(file))
                while let bytes = try next() { try apply(.data(bytes)) }
                try writer.checkWhole()
            }
        } catch let error as ArchiveError {
            try sorting.refuse(line, error, .file(file))
        }
    }
}
