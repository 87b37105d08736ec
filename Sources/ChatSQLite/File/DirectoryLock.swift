import CSQLiteFile
import ChatCore
import Foundation
import Logging
import Synchronization

/// `parley.lock`: held by flock(2) while a server runs on the directory, or a command that must be alone there; and a
/// note of the write-ahead log that the server began. A server that has opened the database marks it besides: from then
/// on others may read beside it.
///
/// The note is one line, `log <main> <wal>`: a log that begins with the salts `wal` continues a main file whose state
/// names the salts `main`. It is needed only for the first log of a run, whose salts are random; later ones count on.
/// Before that first log is begun `wal` is `*`: whatever log is found beside that main file continues it, as a stale
/// one was moved aside before the note was written.
final class DirectoryLock: Sendable {
    /// Which log continues which main file; salts as ``WriteAheadLog/Salts``.
    struct Note: Equatable, Sendable {
        var main: UInt64
        /// `nil`: the one that is about to be begun, whichever salts it will have.
        var log: UInt64?
    }

    private let descriptor: Int32
    private let released = Mutex(false)

    /// - Throws: ``StoreOpenError/inUse(path:)`` when somebody else holds it.
    init(_ directory: DataDirectory) throws {
        // The note is written over whatever is there: a link would lead to somebody's file, a node to a device.
        let opened = open(directory.lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard opened >= 0 else {
            let reason = errno == ELOOP ? "it is a symbolic link" : DataDirectory.reason(errno)
            throw StoreOpenError.inaccessible(place: directory.lock, reason: reason)
        }
        var status = stat()
        guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            throw StoreOpenError.inaccessible(place: directory.lock, reason: "it is no regular file")
        }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            close(opened)
            throw StoreOpenError.inUse(place: directory.path)
        }
        descriptor = opened
    }

    /// The database is open, and its log is its own.
    func announceServer() {
        let outcome = csqlitefile_mark(descriptor, 1)
        guard outcome != 0 else { return }
        Log.store.warning(
            "The lock's file system knows no marks: backups and exports beside the server are refused",
            metadata: ["parley.reason": "\(DataDirectory.reason(-outcome))"])
    }

    /// Whether a server has a database open, looked at without taking the lock.
    static func isServed(_ database: String) -> Bool {
        let descriptor = open(FileCall.directory(of: database) + "/parley.lock", O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return csqlitefile_is_marked(descriptor) != 0
    }

    /// Lets the next server in; the lock is of no more use.
    func release() {
        let first = released.withLock { released in
            defer { released = true }
            return !released
        }
        guard first else { return }
        // A child process between fork and exec may still have the descriptor: closing ours would not let go.
        _ = csqlitefile_mark(descriptor, 0)
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    deinit { release() }

    func read() -> Note? { Self.note(descriptor) }

    /// The note in the directory of that database, without taking the lock.
    static func note(beside database: String) -> Note? {
        let path = FileCall.directory(of: database) + "/parley.lock"
        // What is no file is not waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return note(descriptor)
    }

    private static func note(_ descriptor: Int32) -> Note? {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        let words = String(decoding: buffer[..<count], as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count >= 3, words[0] == "log", let main = UInt64(words[1], radix: 16) else { return nil }
        if words[2] == "*" { return Note(main: main, log: nil) }
        return UInt64(words[2], radix: 16).map { Note(main: main, log: $0) }
    }

    /// - Throws: ``StoreOpenError/inaccessible(path:reason:)``, as on a full disk.
    func write(_ note: Note, in directory: DataDirectory) throws {
        let log = note.log.map { String($0, radix: 16) } ?? "*"
        let line = Array("log \(String(note.main, radix: 16)) \(log)\n".utf8)
        guard pwrite(descriptor, line, line.count, 0) == line.count, ftruncate(descriptor, off_t(line.count)) == 0,
            fsync(descriptor) == 0
        else { throw StoreOpenError.inaccessible(place: directory.lock, reason: DataDirectory.reason(errno)) }
    }
}
