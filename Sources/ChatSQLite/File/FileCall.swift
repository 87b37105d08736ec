import ByteText
import ChatCore
import Foundation

/// System calls on names of files that a promise leans on: none of them fails in silence.
enum FileCall {
    /// The files that SQLite may make beside a database of that name, itself among them.
    static func family(of path: String) -> [String] { ["", "-wal", "-shm", "-journal"].map { path + $0 } }

    /// Removes a file, if there is one.
    ///
    /// - Throws: ``StoreOpenError/inaccessible(path:reason:)``, as all of these.
    static func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure(path) }
    }

    static func remove(_ paths: [String]) throws { for path in paths { try remove(path) } }

    /// After something failed, which is what is told: what could not be removed is met again at the next try.
    static func clearAway(_ paths: [String]) { for path in paths { unlink(path) } }

    static func rename(_ from: String, _ to: String) throws {
        guard Foundation.rename(from, to) == 0 else { throw failure(to) }
    }

    /// Makes an empty file that only its owner may read.
    static func make(_ path: String) throws {
        let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        close(descriptor)
    }

    /// Writes over the beginning of a file, and waits for the disk.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count, fsync(descriptor) == 0 else {
            throw failure(path)
        }
    }

    /// Makes what is in a file durable, or which names a directory has.
    static func synchronize(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        // Some file systems know no fsync of a directory: there a name is as durable as it gets.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(path) }
    }

    /// Why a path cannot be opened as a file, in words; `nil`: it can, as far as can be seen.
    static func obstacle(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return DataDirectory.reason(errno) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return access(path, R_OK) == 0 ? nil : DataDirectory.reason(errno)
        case S_IFDIR: return "it is a directory"
        default: return "it is no regular file"
        }
    }

    /// The directory that a file lies in.
    static func directory(of path: String) -> String {
        PathText.directory(of: path)
    }

    private static func failure(_ path: String) -> StoreOpenError {
        .inaccessible(place: path, reason: DataDirectory.reason(errno))
    }
}
