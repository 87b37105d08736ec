import Foundation

/// Room on the disk that is kept for the operator: whoever has to block, revoke and delete on a full disk can.
///
/// The file system sets blocks aside behind the ends of the log and of the main file (`FALLOC_FL_KEEP_SIZE`), where
/// only SQLite's own growth takes them: no file beside the database, nothing in a copy. As long as they can be had
/// everybody writes; where not, only what takes away (``BatchWriter/isRelief(_:)``) does, into the reserve. The log's
/// part is there again after each checkpoint, the main file's once pages of it are free.
///
/// Setting blocks aside gives a file a new time of change, and whoever copies it (tar, rsync) calls that a change. So
/// the main file is asked for only while the checkpointer may write it.
final class DiskReserve {
    /// Bytes behind the log's end: some fifty blockings, or two slices of a large chat's deletion; then a checkpoint.
    static let log: Int64 = 4 << 20
    /// Bytes behind the main file's end, or on free pages in it.
    static let main: Int64 = 2 << 20
    /// How far ahead it is set aside, so that it is looked at seldom.
    private static let ahead: Int64 = 1 << 20
    private static let pages: StaticString = "PRAGMA page_count"
    private static let freePages: StaticString = "PRAGMA freelist_count"

    private let file: DatabaseFile
    private let connection: Connection
    /// Bytes of the log up to which there are blocks for certain.
    private var logEnd: Int64 = 0
    private var isMainWhole = true
    /// Below this size of the log nothing has to be looked at.
    private var enough: Int64 = 0
    private(set) var isWhole = true

    init(_ file: DatabaseFile, _ connection: Connection) {
        self.file = file
        self.connection = connection
    }

    /// Whether the log has grown so that the reserve has to be looked at.
    func isDue(logBytes: Int64) -> Bool { logBytes >= enough }

    /// Sees to it that the log's part is there.
    ///
    /// - Parameter logBytes: what is in the log.
    func renew(logBytes: Int64) throws {
        isWhole = hasLogRoom(logBytes) && isMainWhole
        enough = isWhole ? logBytes + Self.ahead : 0
    }

    /// Sees to it that the main file's part is there, and that what is to be carried has room: a full disk is met
    /// before the first page is carried, not after half of them. Only while nobody else has the file open.
    ///
    /// - Throws: `DatabaseError` with `SQLITE_FULL` where there is no room for what the log holds.
    func renewMain() throws {
        let pages = try connection[Self.pages].first { $0.int(0) } ?? 0
        let free = try connection[Self.freePages].first { $0.int(0) } ?? 0
        let needed = pages * 4096
        let wanted = needed + max(0, Self.main - free * 4096)
        isMainWhole = isGranted(file.reserve(wanted))
        if isMainWhole { return }
        enough = 0
        guard isGranted(file.reserve(needed)) else { throw DatabaseError(resultCode: .SQLITE_FULL) }
    }

    /// A checkpoint was made: the log begins anew, and is cut where it was very long.
    func logBegan() {
        logEnd = 0
        enough = 0
    }

    private func hasLogRoom(_ bytes: Int64) -> Bool {
        // Frames have headers.
        let used = bytes + bytes / 128
        guard used + Self.log > logEnd else { return true }
        let wanted = used + Self.log + Self.ahead
        guard isGranted(file.reserveLog(wanted)) || isGranted(file.reserveLog(used + Self.log)) else { return false }
        logEnd = used + Self.log
        return true
    }

    /// Where a file system knows no reserve, nothing is kept, and a full disk is met when it is full.
    private func isGranted(_ code: Int32) -> Bool { code != ENOSPC && code != EDQUOT }
}

@available(*, unavailable)
extension DiskReserve: Sendable {}
