import ChatCore
import Foundation
import Logging

/// Takes an older file to the version of this binary: a copy first, then everything in one transaction.
enum Migration {
    /// - Throws: ``StoreOpenError/newer(path:version:supported:)`` when the log had made the file newer.
    static func run(
        _ connection: Connection, _ directory: DataDirectory, to version: Int = DatabaseSchema.version,
        by steps: [@Sendable (Connection) throws -> Void] = DatabaseSchema.migrations
    ) throws {
        let present = try connection.prepare("PRAGMA user_version").first { Int($0.int(0)) } ?? 0
        guard present != version else { return }
        guard present < version else {
            throw StoreOpenError.newer(place: directory.database, version: present, supported: version)
        }
        try DatabaseBackup.copy(connection, to: "\(directory.database).v\(present).bak")
        try apply(to: connection, from: present, to: version, by: steps)
        Log.store.notice(
            "The database was migrated", metadata: ["parley.from": "\(present)", "parley.to": "\(version)"])
    }

    /// Takes a file that is a copy already to the version of this binary.
    static func apply(to connection: Connection) throws {
        let present = try connection.prepare("PRAGMA user_version").first { Int($0.int(0)) } ?? 0
        guard present < DatabaseSchema.version else { return }
        try apply(to: connection, from: present, to: DatabaseSchema.version, by: DatabaseSchema.migrations)
    }

    private static func apply(
        to connection: Connection, from present: Int, to version: Int,
        by steps: [@Sendable (Connection) throws -> Void]
    ) throws {
        try connection.execute("BEGIN IMMEDIATE")
        do {
            for step in steps[(present - 1)..<(version - 1)] { try step(connection) }
            try connection.execute("PRAGMA user_version = \(version)")
            try connection.execute("COMMIT")
        } catch {
            if connection.isInTransaction { try connection.execute("ROLLBACK") }
            throw error
        }
    }
}
