/// What an engine offers the operator at the shell, of a store that is served or is not. Every call blocks.
///
/// A *backup* is one file that holds everything. All throw ``StoreOpenError`` for what cannot be opened, read or made.
public protocol StoreMaintenance: Sendable {
    /// What an operator knows the store by.
    var place: String { get }
    /// Paths that nothing an operator writes may take.
    var files: [String] { get }

    /// Removes what commands that were killed left.
    func clearUp()

    /// Verifies the store or, where one is named, a backup; writes nothing.
    ///
    /// - Parameter progress: told which share is done, 0 to 1; so below.
    func check(_ backup: String?, progress: (Double) -> Void) throws -> [StoreFinding]

    /// Where a copy may be made that is read once and removed.
    ///
    /// - Parameter backup: what is to be copied; `nil`: the store.
    func temporaryCopy(for purpose: String, of backup: String?) -> TemporaryStoreCopy

    /// What lies beside a backup that is being made at this path.
    func draft(at path: String) -> TemporaryStoreCopy

    /// Makes a backup of the store as it is when the call begins.
    ///
    /// - Parameters:
    ///   - path: where to; replaced at the end, when the copy is whole.
    ///   - withoutSettings: keys of settings to leave out (secrets).
    func backup(to path: String, withoutSettings names: [String], progress: @escaping (Double) -> Void) throws

    /// Puts a backup in the place of the store.
    ///
    /// - Returns: where the old one is kept; `nil` where there was none.
    func restore(_ backup: String, progress: @escaping (Double) -> Void) throws -> String?

    /// Everything but the keys, of the store or, where one is named, of a backup.
    ///
    /// - Parameter copy: of ``temporaryCopy(for:of:)``, for an engine that needs one.
    func archive(of backup: String?, copyingTo copy: TemporaryStoreCopy) throws -> any ArchiveSource

    /// Begins to take an archive into the store, or goes on with one that was begun.
    ///
    /// - Parameters:
    ///   - anew: whether one that was begun is forgotten.
    ///   - sorting: how messages are taken that do not come oldest first; `nil`: they are refused.
    func beginImport(anew: Bool, sorting: ArchiveSorting?) throws -> any ArchiveTarget
}

/// Something that a check found.
public struct StoreFinding: Sendable, Hashable, CustomStringConvertible {
    /// Whether something is damaged; else it is a remark.
    public var isFault: Bool
    /// One line for a person.
    public var description: String

    public init(isFault: Bool, _ description: String) {
        self.isFault = isFault
        self.description = description
    }
}

/// The path of a copy that is removed after its use, and all that may lie beside it meanwhile.
public struct TemporaryStoreCopy: Sendable, Hashable {
    public var path: String
    /// Itself too.
    public var files: [String]

    public init(path: String, files: [String]) {
        self.path = path
        self.files = files
    }
}

/// Gives the records of an archive.
public protocol ArchiveSource {
    /// Gives all records in the order of an archive. Once.
    ///
    /// - Parameters:
    ///   - withFiles: `false` leaves files out, and messages without them.
    ///   - progress: told which share was given, 0 to 1.
    ///   - give: takes one record; what it throws ends the export.
    /// - Returns: how many of each there were.
    func run(
        withFiles: Bool, progress: (Double) -> Void, _ give: (ArchiveRecord) throws -> Void
    ) throws -> ArchiveCounts
}

/// How a user or a chat of an archive stands to those that are there.
public enum ArchiveStanding: Sendable, Hashable {
    case new
    /// There is one of this id. A deleted one too.
    case sameID
    /// Another user has this username; the two have another direct chat.
    case nameTaken
}

/// Takes the records of an archive, all or nothing: nobody sees them before ``finish()``.
public protocol ArchiveTarget {
    /// Where an import that was killed got to: the archive has to be given again, and its lines up to there are only
    /// compared, not taken. Line 0 in a new one.
    var mark: ArchiveMark { get }
    var counts: ArchiveCounts { get }

    /// Takes the next record.
    ///
    /// - Parameter mark: the archive up to and with this record's line; the same for all records of one line.
    /// - Throws: ``ArchiveError``: nothing was taken of the record, and either the import goes on without it or is
    ///   ended by ``discard()``; ``StoreOpenError`` when nothing can be written, after which it may be gone on with
    ///   another time.
    func take(_ record: ArchiveRecord, _ mark: ArchiveMark) throws
    /// Whether the store has a user already that this one would be, or would meet.
    func standing(of user: ArchiveUser) throws -> ArchiveStanding
    /// The same of a chat, whose pair was made before.
    func standing(of chat: ArchiveChat) throws -> ArchiveStanding
    /// Takes what was put aside to be sorted, so that it is counted.
    func settle() throws
    /// From now on it is the store.
    ///
    /// - Returns: where the old one is kept; `nil` where there was none.
    /// - Throws: ``ArchiveError`` for an archive without its end; ``StoreOpenError``.
    func finish() throws -> String?
    /// Leaves an import that could not be finished as it was found.
    func leave()
    /// Ends the import and leaves nothing of it.
    func discard()
}
