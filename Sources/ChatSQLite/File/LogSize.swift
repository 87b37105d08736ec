import Foundation
import CSQLite

/// How many frames the write-ahead log has, as SQLite tells after each commit.
final class LogSize {
    var frames: Int = 0

    /// SQLite keeps the address of this object as long as the connection is open.
    func watch(_ connection: OpaquePointer) {
        sqlite3_wal_hook(
            connection,
            { context, _, _, frames in
                guard let context else { return SQLITE_OK }
                Unmanaged<LogSize>.fromOpaque(context).takeUnretainedValue().frames = Int(frames)
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    static func pause(microseconds: UInt32) { usleep(microseconds) }
}

@available(*, unavailable)
extension LogSize: Sendable {}
