import ChatCore

/// Writes the records of an archive into a draft, in transactions of the caller's, and refuses what does not fit.
final class ImportWriter {
    private static let setState: StaticString = """
        UPDATE state SET revision = max(revision, ?), indexed_n = max(indexed_n, ?) WHERE id = 1
        """

    private static let unindexed: StaticString = "SELECT unindexed_n FROM state WHERE id = 1"

    let connection: Connection
    let memory: ImportMemory
    var progress: ImportProgress
    /// Revisions from this one on are no time that anybody writes, the year 10000: an id that is greater would take
    /// from the counter what it has to grow by.
    static let horizon: Int64 = 253_402_300_800 << 20
    let now: Timestamp
    private let floor: Int64
    /// `state.unindexed_n`.
    let unindexed: Int64
    /// The file whose bytes come now.
    var incoming: IncomingFile?

    init(_ connection: Connection, now: Timestamp) throws {
        self.connection = connection
        progress = try ImportProgress(connection)
        unindexed = try connection[Self.unindexed].first { $0.int(0) } ?? 0
        memory = ImportMemory(connection, firstChat: progress.firstChat, now: now)
        self.now = now
        floor = (now.milliseconds / 1000) << 20
    }

    /// Whether a record may stand here, after those before it.
    ///
    /// - Parameter inAnyOrder: of kinds; what a record names was made before all the same.
    /// - Throws: ``ArchiveError``.
    func enter(_ record: ArchiveRecord, inAnyOrder: Bool) throws {
        guard !progress.ended else { throw ArchiveError(.order, "Nothing comes after the end.") }
        if progress.section < 0 {
            guard case .header = record else { throw ArchiveError(.order, "An archive begins with its header.") }
        } else if case .header = record {
            throw ArchiveError(.order, "There is one header, the first line.")
        }
        guard inAnyOrder || record.section >= progress.section else {
            throw ArchiveError(
                .order, "Users come first, then tokens, chats, messages with their reactions, members, the end.")
        }
        progress.section = record.section
    }

    /// - Throws: ``ArchiveError``; nothing was written of the record then.
    func apply(_ record: ArchiveRecord) throws {
        if let incoming {
            guard case .data = record else {
                throw ArchiveError(.incomplete, "The file before lacks \(incoming.left) bytes.")
            }
        }
        switch record {
        case .header(let header):
            guard (1...ArchiveHeader.newestVersion).contains(header.version) else {
                throw ArchiveError(
                    .unknownKind, "This parley reads archives up to version \(ArchiveHeader.newestVersion).")
            }
        case .user(let user): try take(user)
        case .token(let token): try take(token)
        case .chat(let chat): try take(chat)
        case .message(let message): try take(message)
        case .reaction(let reaction): try take(reaction)
        case .file(let file): try take(file)
        case .data(let bytes): try take(bytes)
        case .member(let member): try take(member)
        case .end(let counts):
            guard counts == progress.counts else {
                throw ArchiveError(
                    .incomplete, "The archive says that it has \(counts.text), and has \(progress.counts.text).")
            }
            progress.ended = true
        }
        progress.counts.count(record)
    }

    /// - Throws: `incomplete`.
    func checkEnded() throws {
        guard progress.ended else {
            throw ArchiveError(.incomplete, "The archive breaks off: its last line, the end, is not there.")
        }
    }

    /// - Throws: `incomplete` for a file that is not whole yet.
    func checkWhole() throws {
        if let incoming { throw ArchiveError(.incomplete, "The file lacks \(incoming.left) bytes.") }
    }

    /// Whether a file is not whole yet.
    var awaitsData: Bool { incoming != nil }

    /// A revision for what is no message.
    func next() -> Int64 {
        progress.issued = max(progress.issued + 1, floor)
        return progress.issued
    }

    /// Writes what the memory holds back, and the progress; before each commit.
    func flush() throws {
        let changed = next()
        try memory.flush(changed: changed, history: max(changed, progress.newest))
        try connection[Self.setState].run(max(progress.issued, progress.newest), progress.newest)
        try progress.write(connection)
    }

    /// Runs a check of the rules that hold for every field; what it refuses is `invalid`.
    func check<Value>(_ rule: () throws(ChatError) -> Value) throws -> Value {
        do {
            return try rule()
        } catch {
            throw ArchiveError(error.code == .tooLong ? .tooLong : .invalid, error.message)
        }
    }
}

extension ArchiveCounts {
    fileprivate var text: String {
        """
        \(users) users, \(tokens) tokens, \(chats) chats, \(messages) messages, \(reactions) reactions, \(files) files \
        and \(members) members
        """
    }
}

@available(*, unavailable)
extension ImportWriter: Sendable {}
