import ChatCore
import Foundation

/// The schema built into the binary, and its version.
enum DatabaseSchema {
    /// `schema.sql`, the one source.
    static var script: String { String(decoding: PackageResources.schema_sql, as: UTF8.self) }

    /// `PRAGMA user_version` of files that this binary writes.
    static let version = 6

    /// `PRAGMA application_id`: "PRLY".
    static let applicationID = 0x5052_4C59

    /// What takes a file from version `n` to `n + 1`, at index `n - 1`. Each runs in the one transaction of the
    /// migration.
    static let migrations: [@Sendable (Connection) throws -> Void] = [
        { try $0.execute(MigrationTo2.script) },
        { try $0.execute(MigrationTo3.script) },
        { try $0.execute(MigrationTo4.script) },
        { try MigrationTo5.run($0) },
        { try $0.execute(MigrationTo6.script) },
    ]
}
