import ChatCore
import Foundation
import Logging

/// A `-wal` that does not continue the main file (a copy was put in the file's place): never replayed, never thrown
/// away.
enum StaleLog {
    static func check(
        _ directory: DataDirectory, _ main: MainFile, note: DirectoryLock.Note?, _ now: Timestamp
    ) throws {
        guard let log = WriteAheadLog(path: directory.log) else { return }
        if main.isContinued(by: log, note: note) { return }
        guard main.carried != nil else {
            throw StoreOpenError.damaged(
                place: directory.database, reason: "it is malformed, and the log beside it is not its own")
        }
        try moveAside(directory, now)
    }

    /// Moves the log aside under a name that says when.
    ///
    /// - Throws: ``StoreOpenError``: a log that stays at its place would be replayed.
    static func moveAside(_ directory: DataDirectory, _ now: Timestamp) throws {
        guard DataDirectory.exists(directory.log) else { return }
        if DataDirectory.size(directory.log) == 0 {
            try FileCall.remove(directory.log)
        } else {
            let seconds = now.milliseconds / 1000
            var name = "\(directory.log).stale-\(seconds)"
            var number = 1
            while DataDirectory.exists(name) {
                number += 1
                name = "\(directory.log).stale-\(seconds)-\(number)"
            }
            try FileCall.rename(directory.log, name)
            Log.store.warning(
                "A write-ahead log that does not continue parley.db was moved aside, not replayed",
                metadata: ["parley.file": "\(name)"])
        }
        try FileCall.remove(directory.sharedMemory)
        try directory.synchronize()
    }
}
