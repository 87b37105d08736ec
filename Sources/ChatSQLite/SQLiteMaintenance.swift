import ByteText
import ChatCore

/// What the shell does to a data directory with a database in it.
public struct SQLiteMaintenance: StoreMaintenance {
    private let directory: String

    public init(directory: String) { self.directory = directory }

    public var place: String { directory + "/parley.db" }

    public var files: [String] {
        ["", "-wal", "-shm", "-journal"].map { place + $0 } + [directory + "/parley.lock"]
    }

    public func clearUp() { TemporaryCopy.removeAbandoned(in: directory) }

    public func check(_ backup: String?, progress: (Double) -> Void) throws -> [StoreFinding] {
        try DatabaseCheck.run(backup ?? place, progress: progress).map {
            StoreFinding(isFault: $0.isFault, "\($0)")
        }
    }

    public func temporaryCopy(for purpose: String, of backup: String?) -> TemporaryStoreCopy {
        let path = TemporaryCopy.path(in: backup.map(PathText.directory) ?? directory, for: purpose)
        return TemporaryStoreCopy(path: path, files: TemporaryCopy.files(of: path))
    }

    public func draft(at path: String) -> TemporaryStoreCopy {
        TemporaryStoreCopy(path: path, files: TemporaryCopy.files(of: path))
    }

    public func backup(
        to path: String, withoutSettings names: [String], progress: @escaping (Double) -> Void
    ) throws {
        try DatabaseBackup.copy(directory: directory, to: path, withoutSettings: names) {
            progress(Double($0) / Double(max(1, $1)))
        }
    }

    public func restore(_ backup: String, progress: @escaping (Double) -> Void) throws -> String? {
        try DatabaseBackup.restore(backup, into: directory) { progress(Double($0) / Double(max(1, $1))) }
    }

    public func archive(of backup: String?, copyingTo copy: TemporaryStoreCopy) throws -> any ArchiveSource {
        try DatabaseExport(backup ?? place, copyingTo: copy.path)
    }

    public func beginImport(anew: Bool, sorting: ArchiveSorting?) throws -> any ArchiveTarget {
        try DatabaseImport(into: directory, anew: anew, sorting: sorting)
    }
}

extension DatabaseExport: ArchiveSource {}

extension DatabaseImport: ArchiveTarget {}
