import CSQLiteFile
import ChatCore
import Foundation
import Synchronization

/// The main file of the running store: who may look at it, and who keeps a checkpoint away.
final class DatabaseFile: Sendable {
    /// Whether a lease could be had.
    enum Lease: Sendable, Equatable {
        case taken
        /// Somebody else has the file open.
        case held
        /// No leases here (error number).
        case unavailable(Int32)
    }

    let directory: DataDirectory
    let lock: DirectoryLock
    /// Between its readers and its checkpoints.
    let gate = ReaderGate()
    private let handle: Mutex<Int32>
    private let watch = Mutex<OpenWatch?>(nil)
    private let identity = Mutex<FileIdentity?>(nil)
    /// Bytes that it has at least: only a checkpoint, under a lease, makes it shorter.
    private let leastSize = Mutex<Int64>(0)

    init(_ directory: DataDirectory, _ lock: DirectoryLock) {
        self.directory = directory
        self.lock = lock
        handle = Mutex(-1)
    }

    /// Lets all connections of this process share one open file description; before the first is opened.
    ///
    /// - Returns: whether it could be done; if not there are no leases.
    func share() -> Bool {
        let result = csqlitefile_share(directory.database)
        handle.withLock { $0 = result }
        identity.withLock { $0 = FileIdentity(of: directory.database) }
        noteSize()
        return result >= 0
    }

    /// Whether the file at its place is still the one that was opened, and whole. If not (the directory was removed or
    /// moved, or another file renamed over it) what is written goes where nobody will look for it; and a file that
    /// somebody cut short must not be written over with the few pages that the log has.
    var isInPlace: Bool {
        identity.withLock { $0 == nil || $0 == FileIdentity(of: directory.database) }
            && DataDirectory.size(directory.database) >= leastSize.withLock { $0 }
    }

    /// After a checkpoint, while nobody else may have it open.
    func noteSize() {
        let size = DataDirectory.size(directory.database)
        leastSize.withLock { $0 = size }
    }

    /// What clients and the operator are told when it is not.
    var loss: StoreOpenError {
        let reason = "the file that was opened is not there any more (moved, removed, replaced or cut short)"
        return .inaccessible(place: directory.database, reason: reason)
    }

    func takeLease() -> Lease {
        let handle = handle.withLock { $0 }
        guard handle >= 0 else { return .unavailable(-handle) }
        switch csqlitefile_take_lease(handle) {
        case 0: return .taken
        case -11: return .held
        case let code: return .unavailable(-code)
        }
    }

    /// Where there are no leases: from now on, whoever opens the file is noticed, though not held up. After all
    /// connections of this process are open.
    func beginWatching() {
        let path = directory.database
        watch.withLock { $0 = OpenWatch(path) }
    }

    /// Whether somebody opened the file and has not closed it, as far as could be noticed.
    var isWatchedOpen: Bool { watch.withLock { $0?.isOpen(at: Upkeep.now) ?? false } }

    /// Makes sure that the main file can become `size` bytes long; its size stays as it is.
    ///
    /// - Returns: 0, or the error number; also where the file system cannot do it.
    func reserve(_ size: Int64) -> Int32 {
        let handle = handle.withLock { $0 }
        let present = DataDirectory.size(directory.database)
        guard handle >= 0, size > present else { return 0 }
        return -csqlitefile_reserve(handle, present, size - present)
    }

    /// The same for the log, from its beginning.
    func reserveLog(_ size: Int64) -> Int32 { -csqlitefile_reserve_path(directory.log, size) }

    /// Writes a page of the main file; what SQLite does by itself but for ``LogCarrier``.
    ///
    /// - Throws: `DatabaseError`.
    func write(_ bytes: [UInt8], at offset: Int64) throws {
        let handle = handle.withLock { $0 }
        let code = bytes.withUnsafeBytes { bytes in
            csqlitefile_write(handle, bytes.baseAddress, UInt64(bytes.count), UInt64(offset))
        }
        try Self.check(code)
    }

    func synchronize() throws {
        let handle = handle.withLock { $0 }
        try Self.check(csqlitefile_synchronize(handle))
    }

    private static func check(_ code: Int32) throws {
        guard code != 0 else { return }
        throw DatabaseError(
            resultCode: code == -ENOSPC ? .SQLITE_FULL : .SQLITE_IOERR, message: DataDirectory.reason(-code))
    }

    func dropLease() {
        let handle = handle.withLock { $0 }
        if handle >= 0 { csqlitefile_drop_lease(handle) }
    }

    /// Keeps checkpoints away while a backup or a check reads with a connection of its own.
    func withLongReader<Result>(_ body: () throws -> Result) rethrows -> Result {
        try gate.withLongReader(body)
    }

    /// After the last connection was closed.
    func release() {
        let last = handle.withLock { handle in
            defer { handle = -1 }
            return handle
        }
        if last >= 0 { csqlitefile_unshare(last) }
        lock.release()
    }

    deinit { release() }
}
