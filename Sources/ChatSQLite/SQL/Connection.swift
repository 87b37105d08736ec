import CSQLiteFile
import GRDB
import GRDBSQLite

/// One connection to the database, owned by one thread, with the statements prepared on it.
///
/// GRDB opens, configures, backs up and closes it; statements go through ``PreparedStatement``.
final class Connection {
    let queue: DatabaseQueue
    let handle: OpaquePointer
    private var statements: [UnsafePointer<UInt8>: PreparedStatement] = [:]

    /// `exclusive`: nobody else has the file; the log's index is kept in memory, not in a file.
    init(path: String, readonly: Bool, exclusive: Bool = false) throws {
        csqlitefile_configure()
        var configuration = Configuration()
        configuration.readonly = readonly
        configuration.label = readonly ? "parley.reader" : "parley.writer"
        // Set where it matters, see Pragmas; a check of a damaged file must be able to read on.
        configuration.foreignKeysEnabled = false
        // A prepared statement of ours outlives GRDB's own blocks; it must not assert about what it cannot see.
        configuration.allowsUnsafeTransactions = true
        if exclusive {
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA locking_mode = EXCLUSIVE") }
        }
        queue = try DatabaseQueue(path: path, configuration: configuration)
        guard let handle = queue.inDatabase({ $0.sqliteConnection }) else {
            throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "no connection")
        }
        self.handle = handle
        // GRDB's observation of transactions expects each of them to be its own.
        sqlite3_commit_hook(handle, nil, nil)
        sqlite3_rollback_hook(handle, nil, nil)
    }

    /// The statement of a constant; prepared at its first use.
    subscript(_ sql: StaticString) -> PreparedStatement {
        get throws {
            if let statement = statements[sql.utf8Start] { return statement }
            let statement = try sql.utf8Start.withMemoryRebound(to: CChar.self, capacity: sql.utf8CodeUnitCount + 1) {
                try PreparedStatement($0, on: handle)
            }
            statements[sql.utf8Start] = statement
            return statement
        }
    }

    /// A statement for one use.
    func prepare(_ sql: String) throws -> PreparedStatement { try PreparedStatement(sql, on: handle) }

    /// The key of the row that was inserted last.
    var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Runs a script of several statements.
    func execute(_ script: String) throws {
        let code = sqlite3_exec(handle, script, nil, nil, nil)
        guard code == SQLITE_OK else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: sqlite3_extended_errcode(handle)),
                message: sqlite3_errmsg(handle).map { String(cString: $0) })
        }
    }

    /// Looks at `limit` every few thousand steps of a statement, and ends those that are past it. It must outlive the
    /// connection.
    func setLimit(_ limit: ReadLimit) {
        sqlite3_progress_handler(
            handle, 4000, { ReadLimit.isOver($0) ? 1 : 0 }, Unmanaged.passUnretained(limit).toOpaque())
    }

    /// Whether a transaction is open. SQLite ends one by itself on some errors.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Frees the pages that are cached and not in use.
    func releaseMemory() { sqlite3_db_release_memory(handle) }

    func close() throws {
        statements.removeAll()
        try queue.close()
    }
}

@available(*, unavailable)
extension Connection: Sendable {}
