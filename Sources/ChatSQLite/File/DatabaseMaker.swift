import ChatCore
import Foundation

/// Makes a new, empty database.
enum DatabaseMaker {
    /// Under another name first, so that a crash leaves no half of one at its place.
    ///
    /// - Parameter path: where, in the directory; `nil`: the appliance's database.
    static func make(_ directory: DataDirectory, as path: String? = nil) throws {
        let path = path ?? directory.database
        let draft = path + ".new"
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(draft + suffix) }
        let descriptor = open(draft, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreOpenError.inaccessible(path: path, reason: DataDirectory.reason(errno))
        }
        close(descriptor)
        let connection = try Connection(path: draft, readonly: false)
        do {
            try connection.execute("BEGIN;\n" + DatabaseSchema.script)
            try MainFile.makeUnique(connection)
            try connection.execute("COMMIT")
            try connection.execute("PRAGMA journal_mode = WAL")
            try connection.close()
        } catch {
            for suffix in ["", "-wal", "-shm", "-journal"] { unlink(draft + suffix) }
            throw error
        }
        guard rename(draft, path) == 0 else {
            throw StoreOpenError.inaccessible(path: path, reason: DataDirectory.reason(errno))
        }
        directory.synchronize()
    }
}
