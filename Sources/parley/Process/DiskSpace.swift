import Foundation

/// How much room the file system has.
enum DiskSpace {
    /// Bytes free for this process, or `nil` where that cannot be asked.
    static func free(at path: String) -> Int? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflow ? Int.max : Int(clamping: bytes)
    }

    /// The default of `--max-storage`: half of what is free, with what the database has taken already.
    static func standardStorage(of directory: String) -> Int {
        // There is none yet.
        let database = try? FileManager.default.attributesOfItem(atPath: directory + "/parley.db")
        let taken = database?[.size] as? Int ?? 0
        let (room, overflow) = (free(at: directory) ?? Int.max).addingReportingOverflow(taken)
        return (overflow ? Int.max : room) / 2
    }

    /// The default of `--wal-limit`: 1 GiB, at most a quarter of what is free.
    static func standardLogLimit(of directory: String) -> Int {
        min(1 << 30, max(1 << 20, (free(at: directory) ?? Int.max) / 4))
    }
}
