/// How an import takes messages that do not come oldest first: they are put aside on disk, and taken by their times
/// when the last of them has come; those of one time in the order given.
///
/// 1. Memory does not grow with the messages: what is put aside, the order and the numbers lie in a nameless file.
/// 2. Messages that have an id or a `seq` stand where the archive has them: their order is known.
/// 3. Such an import cannot be gone on with after a kill; it begins anew.
public struct ArchiveSorting {
    /// Whether `seq` of a message is no place in its chat but a name by which reactions, files and answers refer to
    /// it: any number that comes once in the chat. Lines may then also come in any order of kinds, users and chats
    /// before what names them, and members last; and a file's bytes are asked for by ``open``.
    ///
    /// Else `seq` is what it is everywhere, and a message without one is referred to by its place in the archive.
    public var namesBySeq: Bool
    /// Told of what does not fit when its turn has come: the ``ArchiveMark/line`` that it was given with, why, and the
    /// record; without one it is only that a message answers another, and the message stays. What this throws ends the
    /// import; else what was told is left out.
    public var refuse: (Int64, ArchiveError, ArchiveRecord?) throws -> Void
    /// The bytes of a file that has a path, in chunks of ``StoredFile/chunkSize``; `nil` at the end.
    public var open: (ArchiveFile) throws -> () throws -> [UInt8]?
    /// Told which share of the messages was taken, 0 to 1.
    public var progress: (Double) -> Void

    public init(
        namesBySeq: Bool = false, refuse: @escaping (Int64, ArchiveError, ArchiveRecord?) throws -> Void,
        open: @escaping (ArchiveFile) throws -> () throws -> [UInt8]? = { _ in { nil } },
        progress: @escaping (Double) -> Void = { _ in }
    ) {
        self.namesBySeq = namesBySeq
        self.refuse = refuse
        self.open = open
        self.progress = progress
    }
}
