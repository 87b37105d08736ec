import CSQLiteFile
import ChatCore
import Foundation

/// A connection that reads a database and leaves nothing behind, at the file or beside it.
///
/// 1. A server at work: as one more reader beside it, through the shared memory that is there.
/// 2. No log beside the file, or one that does not continue it: the file alone, as it lies there (`immutable`).
/// 3. A log, and nobody at work (after a crash, or a copy of the directory): the log's index is kept in this process's
///    own memory (no locks, exclusive), so that no `-shm` is made.
struct Spectator {
    /// Who else is at work on the directory.
    enum Neighbour {
        /// To be looked for.
        case unknown
        /// Nobody: the directory's lock is the caller's own.
        case nobody
        /// A server that has it open.
        case server
    }

    let connection: Connection
    /// What was noticed on the way: a stale log.
    private(set) var findings: [Finding] = []

    /// - Throws: ``StoreOpenError``.
    init(_ path: String, beside neighbour: Neighbour = .unknown) throws {
        guard let resolved = realpath(path, nil) else {
            throw StoreOpenError.inaccessible(place: path, reason: DataDirectory.reason(errno))
        }
        defer { free(resolved) }
        let path = String(cString: resolved)
        if let obstacle = FileCall.obstacle(path) { throw StoreOpenError.inaccessible(place: path, reason: obstacle) }
        do {
            if neighbour == .server || neighbour == .unknown && DirectoryLock.isServed(path) {
                connection = try Connection(path: path, readonly: true)
                try connection.execute("PRAGMA busy_timeout = 5000")
                return
            }
            let log = WriteAheadLog(path: path + "-wal")
            let main = try MainFile(path: path, log: log)
            if let log {
                if main.isContinued(by: log, note: DirectoryLock.note(beside: path)) {
                    connection = try Self.openWithLog(path)
                    return
                }
                findings.append(Finding(.log, "\(path)-wal does not continue \(path); it is left out"))
            }
            connection = try Connection(path: MainFile.immutable(path), readonly: true)
        } catch {
            throw DatabasePreparation.refusal(error, path)
        }
    }

    private static func openWithLog(_ path: String) throws -> Connection {
        // A VFS without locks has no shared memory either: the index of the log is kept in this process.
        let name = MainFile.immutable(path).replacingOccurrences(of: "?immutable=1", with: "?mode=ro&vfs=unix-none")
        let connection = try Connection(path: name, readonly: true, exclusive: true)
        csqlitefile_no_checkpoint_on_close(connection.handle, 1)
        return connection
    }
}

@available(*, unavailable)
extension Spectator: Sendable {}
