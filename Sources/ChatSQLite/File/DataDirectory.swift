import CSQLiteFile
import ChatCore
import Foundation

/// The directory of the appliance's files, and their names.
struct DataDirectory: Sendable {
    /// Absolute, without symbolic links.
    let path: String

    var database: String { path + "/parley.db" }
    var log: String { path + "/parley.db-wal" }
    var sharedMemory: String { path + "/parley.db-shm" }
    var lock: String { path + "/parley.lock" }

    /// File systems of networks, where locks, leases and mmap are not what SQLite needs.
    private static let refused: [Int64: String] = [
        0x6969: "NFS", 0x517B: "SMB", 0xFF53_4D42: "CIFS", 0xFE53_4D42: "SMB2", 0x0102_1997: "9P",
        0x0000_564C: "NCP", 0x5346_414F: "AFS",
    ]

    /// Makes the directory (mode 0700) if there is none, and looks at where it lies.
    ///
    /// - Throws: ``StoreOpenError``.
    init(making directory: String) throws {
        if mkdir(directory, 0o700) != 0, errno != EEXIST {
            throw StoreOpenError.inaccessible(place: directory, reason: Self.reason(errno))
        }
        try self.init(existing: directory)
        guard access(path, R_OK | W_OK | X_OK) == 0 else {
            throw StoreOpenError.inaccessible(place: directory, reason: Self.reason(errno))
        }
        let kind = csqlitefile_filesystem(path)
        if let name = Self.refused[kind] { throw StoreOpenError.unsupportedFileSystem(place: directory, kind: name) }
    }

    /// - Throws: ``StoreOpenError``.
    init(existing directory: String) throws {
        guard let resolved = realpath(directory, nil) else {
            throw StoreOpenError.inaccessible(place: directory, reason: Self.reason(errno))
        }
        defer { free(resolved) }
        path = String(cString: resolved)
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw StoreOpenError.inaccessible(place: directory, reason: "it is no directory")
        }
    }

    /// Makes names that were given or taken away in the directory durable.
    func synchronize() throws { try FileCall.synchronize(path) }

    static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    static func size(_ path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }
}
