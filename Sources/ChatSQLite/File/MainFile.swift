import CSQLiteFile
import ChatCore
import Foundation
import GRDB

/// What the main file says of itself, read without its log and without touching anything.
struct MainFile {
    private static let state: StaticString = "SELECT wal_salt, wal_frames FROM state WHERE id = 1"

    let version: Int
    /// The log that was carried into it last, and its length; `nil` where the file can only be read with its log.
    let carried: (salts: WriteAheadLog.Salts, frames: Int64)?

    /// - Throws: ``StoreOpenError`` for what is no database of Parley's, or of a newer one.
    init(path: String) throws {
        do {
            let connection = try Connection(path: Self.immutable(path), readonly: true)
            defer { try? connection.queue.close() }
            let application = try connection.prepare("PRAGMA application_id").first { Int($0.int(0)) }
            version = try connection.prepare("PRAGMA user_version").first { Int($0.int(0)) } ?? 0
            guard application == DatabaseSchema.applicationID else {
                throw StoreOpenError.damaged(path: path, reason: "it is no database of Parley's")
            }
            guard version <= DatabaseSchema.version else {
                throw StoreOpenError.newer(path: path, version: version, supported: DatabaseSchema.version)
            }
            let row = try connection.prepare("SELECT wal_salt, wal_frames FROM state WHERE id = 1").first {
                (UInt64(bitPattern: $0.int(0)), $0.int(1))
            }
            guard let (salts, frames) = row else {
                throw StoreOpenError.damaged(path: path, reason: "the row of `state` is missing")
            }
            carried = (salts, frames)
        } catch {
            throw DatabasePreparation.refusal(error, path)
        }
    }

    /// A URI that lets SQLite read the file as it lies there: no log, no lock, nothing made beside it.
    static func immutable(_ path: String) -> String {
        let kept = Set("/-._~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        let escaped = path.utf8.map { byte in
            kept.contains(byte) ? String(UnicodeScalar(byte)) : "%" + String(format: "%02X", byte)
        }
        return "file:" + escaped.joined() + "?immutable=1"
    }

    /// Closes a connection that is not to change anything any more.
    static func closeUntouched(_ connection: Connection) throws {
        csqlitefile_no_checkpoint_on_close(connection.handle, 1)
        try connection.close()
    }
}
