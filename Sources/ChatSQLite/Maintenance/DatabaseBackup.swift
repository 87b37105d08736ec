import ChatCore
import Foundation

/// Consistent copies of a database, and putting one in place.
public enum DatabaseBackup {
    /// Copies the database of a running or a stopped appliance, as it is when the call begins. Room is needed at the
    /// destination only.
    ///
    /// A server at work is read beside, as any other reader does: its checkpoints wait meanwhile. A stopped one does
    /// not start meanwhile.
    ///
    /// - Parameters:
    ///   - path: where to; replaced at the end, when the copy is whole.
    ///   - withoutSettings: keys of settings to leave out (secrets).
    ///   - progress: pages copied, pages in all.
    /// - Throws: ``StoreOpenError``.
    public static func copy(
        directory: String, to path: String, withoutSettings: [String] = [],
        progress: @escaping (Int, Int) -> Void = { _, _ in }
    ) throws {
        let directory = try DataDirectory(existing: directory)
        let (spectator, lock) = try spectator(of: directory)
        try withExtendedLifetime(lock) {
            try copy(spectator.connection, to: path, withoutSettings: withoutSettings, progress: progress)
            try spectator.connection.close()
        }
    }

    /// - Returns: also the directory's lock, where nobody else has it.
    private static func spectator(of directory: DataDirectory) throws -> (Spectator, DirectoryLock?) {
        let patience = ContinuousClock.now + .seconds(10)
        while true {
            do {
                let lock = try DirectoryLock(directory)
                return (try Spectator(directory.database, beside: .nobody), lock)
            } catch let inUse as StoreOpenError where inUse == .inUse(place: directory.path) {
                if DirectoryLock.isServed(directory.database) {
                    do {
                        return (try Spectator(directory.database, beside: .server), nil)
                    } catch {
                        // It may have ended in between; then the lock is to be had.
                        guard !DirectoryLock.isServed(directory.database) else { throw error }
                    }
                }
                // A server that starts, or a command that has to be alone: neither is to be read beside.
                guard ContinuousClock.now < patience else { throw inUse }
                usleep(20_000)
            }
        }
    }

    /// Puts a copy of `backup` in place of the database of a stopped appliance.
    ///
    /// - Returns: where the old one was put, with its log; `nil` when there was none.
    /// - Throws: ``StoreOpenError``; nothing is changed then.
    public static func restore(
        _ backup: String, into directory: String, progress: @escaping (Int, Int) -> Void = { _, _ in },
        now: Timestamp = .now()
    ) throws -> String? {
        let directory = try DataDirectory(making: directory)
        let lock = try DirectoryLock(directory)
        return try withExtendedLifetime(lock) {
            let spectator = try Spectator(backup)
            let draft = directory.database + ".restored"
            try copy(spectator.connection, to: draft, withoutSettings: [], progress: progress)
            do {
                try spectator.connection.close()
                return try putInPlace(draft, directory, keeping: "before-restore", now: now)
            } catch {
                // Where the old one was put aside already it is the only one at its place.
                if DataDirectory.exists(directory.database) { FileCall.clearAway([draft]) }
                throw DatabasePreparation.refusal(error, directory.database)
            }
        }
    }

    /// Makes a whole, closed database that lies in the directory the appliance's.
    ///
    /// - Parameter label: part of the name under which the old one is kept.
    /// - Returns: that name; `nil` when there was no old one.
    static func putInPlace(
        _ draft: String, _ directory: DataDirectory, keeping label: String, now: Timestamp
    ) throws -> String? {
        var kept: String?
        if DataDirectory.exists(directory.database) {
            let aside = free("\(directory.database).\(label)-\(now.milliseconds / 1000)")
            try FileCall.rename(directory.database, aside)
            if DataDirectory.exists(directory.log) { try FileCall.rename(directory.log, aside + "-wal") }
            kept = aside
        } else {
            try StaleLog.moveAside(directory, now)
        }
        try FileCall.remove(directory.sharedMemory)
        try FileCall.rename(draft, directory.database)
        try directory.synchronize()
        return kept
    }

    /// One snapshot of `source`, page by page, into a file of its own.
    static func copy(
        _ source: Connection, to path: String, withoutSettings: [String] = [],
        progress: @escaping (Int, Int) throws -> Void = { _, _ in }
    ) throws {
        let draft = path + ".partial"
        do {
            try FileCall.remove(FileCall.family(of: draft))
            try FileCall.make(draft)
            try write(source, to: draft, withoutSettings: withoutSettings, progress: progress)
            try FileCall.synchronize(draft)
            try FileCall.rename(draft, path)
            try FileCall.synchronize(FileCall.directory(of: path))
        } catch {
            FileCall.clearAway(FileCall.family(of: draft))
            throw DatabasePreparation.refusal(error, path)
        }
    }

    private static func write(
        _ source: Connection, to draft: String, withoutSettings: [String], progress: @escaping (Int, Int) throws -> Void
    ) throws {
        // The transaction keeps all steps in one snapshot: without it each commit of the server begins the copy anew.
        try source.execute("BEGIN")
        _ = try source.prepare("SELECT revision FROM state").first { $0.int(0) }
        let target = try Connection(path: draft, readonly: false)
        try source.backup(to: target, pagesPerStep: 1024, progress: progress)
        try target.close()
        try source.execute("COMMIT")
        let connection = try Connection(path: draft, readonly: false)
        // It holds more than the main file it was taken from: the log beside that does not continue this one.
        try connection.execute("PRAGMA secure_delete = ON")
        try MainFile.makeUnique(connection)
        for key in withoutSettings {
            try connection.prepare("DELETE FROM settings WHERE key = ?").run(key)
        }
        // One file, readable where nothing can be made beside it.
        try connection.execute("PRAGMA journal_mode = DELETE")
        try connection.close()
    }

    private static func free(_ path: String) -> String {
        var candidate = path
        var number = 1
        while DataDirectory.exists(candidate) {
            number += 1
            candidate = "\(path)-\(number)"
        }
        return candidate
    }
}

extension SQLiteChatStore {
    /// Copies the running database, as it is when the call begins, with a connection of its own: sends and reads go on,
    /// checkpoints wait. Blocks; not for an event loop.
    ///
    /// - Parameters:
    ///   - path: where to; replaced at the end, when the copy is whole.
    ///   - withoutSettings: keys of settings to leave out (secrets).
    ///   - progress: pages copied, pages in all; what it throws before the last step breaks the copy off.
    /// - Throws: ``StoreOpenError``.
    public func backup(
        to path: String, withoutSettings: [String] = [], progress: @escaping (Int, Int) throws -> Void = { _, _ in }
    ) throws {
        try file.withLongReader {
            let connection = try Connection(path: file.directory.database, readonly: true)
            try Pragmas.setUpReader(connection)
            try DatabaseBackup.copy(connection, to: path, withoutSettings: withoutSettings, progress: progress)
            try connection.close()
        }
    }
}
