public import ChatCore

/// An export of another program, brought into a store that takes archives.
///
/// 1. Readers of each format (`SlackReader`, `MattermostReader`, `DiscordReader`) go through the export once and hand
///    what they find to a desk, which makes records of an archive.
/// 2. Messages come as the export has them; the target sorts them by time (``ChatCore/ArchiveSorting``), under keys
///    that the export gives them, so that answers and reactions find them.
/// 3. What does not fit is told of with its place, and the rest goes on.
///
/// Memory grows with users, chats and members and with the number of files, never with messages.
public final class ForeignImport {
    private let format: ForeignFormat
    private let source: any ForeignSource
    private let notes: ForeignNotes
    private let withBytes: Bool

    /// - Parameters:
    ///   - withBytes: `false` counts files and does not read them.
    ///   - tell: takes each note as it comes; what it throws ends the import.
    public init(
        _ format: ForeignFormat, from source: any ForeignSource, withBytes: Bool = true,
        tell: @escaping (ForeignNote) throws -> Void
    ) {
        self.format = format
        self.source = source
        self.withBytes = withBytes
        notes = ForeignNotes(source.entries, tell)
    }

    /// What the target has to be opened with.
    public func sorting(progress: @escaping (Double) -> Void) -> ArchiveSorting {
        ArchiveSorting(
            namesBySeq: true,
            refuse: { [notes] line, error, record in
                let subject: ForeignSubject =
                    switch record {
                    case .reaction?: .reactions
                    case .file?, .data?: .files
                    default: .messages
                    }
                try notes.add(
                    record == nil ? .remark : .leftOut, subject, ForeignPlace(packed: line), error.message,
                    count: record == nil ? 0 : 1)
            },
            open: { [source] file in
                guard let entry = file.path.flatMap({ Int($0) }), source.entries.indices.contains(entry) else {
                    throw ArchiveError(.notFound, "There is no such file.")
                }
                let chunks = EvenChunks(try source.open(entry))
                return { try chunks.next() }
            },
            progress: progress)
    }

    /// Reads the whole export into `target`, with its end.
    ///
    /// - Parameter progress: told which share of the bytes was read, 0 to 1.
    /// - Returns: what became of it.
    /// - Throws: ``ForeignSourceError`` for what is no such export; what the target and `tell` throw.
    public func run(
        into target: any ArchiveTarget, progress: @escaping (Double) -> Void
    ) throws -> ForeignSummary {
        let desk = ForeignDesk(source, target, notes, withBytes: withBytes)
        let meter = ReadingMeter(source, progress)
        try desk.begin()
        switch format {
        case .slack: try SlackReader(desk, meter).run()
        case .mattermost: try MattermostReader(desk, meter).run()
        case .discord: try DiscordReader(desk, meter).run()
        }
        let counts = try desk.finish()
        var summary = notes.summary
        summary.taken = [
            .users: counts.users, .chats: counts.chats, .members: counts.members, .messages: counts.messages,
            .reactions: counts.reactions, .files: counts.files,
        ]
        return summary
    }
}

@available(*, unavailable)
extension ForeignImport: Sendable {}
