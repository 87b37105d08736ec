import CSQLite
import CSQLiteFile

/// One connection to the database, owned by one thread, with the statements prepared on it.
///
/// SQLite's own interface is used as it is, by this, ``PreparedStatement`` and ``DatabaseError``. A general library
/// (GRDB stood here once) had opening, closing, backups and the names of errors left to do: a hundred lines of ours
/// instead of 71,000 that every first build compiled, 1.8 MB of the release, and rules of its own for transactions and
/// threads, which had to be switched off for the writer.
final class Connection {
    let handle: OpaquePointer
    private var statements = StatementTable()
    private var isOpen = true

    /// - Parameters:
    ///   - path: of the file, which is made if it may be written and is not there; or a URI (`file:…`).
    ///   - exclusive: nobody else has the file; the log's index is kept in memory, not in a file.
    /// - Throws: ``DatabaseError``; also for a file that is no database.
    init(path: String, readonly: Bool, exclusive: Bool = false) throws {
        csqlitefile_configure()
        // One thread at a time uses a connection: its own lock would only cost.
        let access = readonly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, nil)
        guard code == SQLITE_OK, let handle = opened else {
            defer { sqlite3_close(opened) }
            throw DatabaseError(code, of: opened)
        }
        self.handle = handle
        sqlite3_extended_result_codes(handle, 1)
        csqlite_refuse_quoted_texts(handle)
        if exclusive { try execute("PRAGMA locking_mode = EXCLUSIVE") }
        // Nothing was read yet: a picture is told from a database here.
        _ = try prepare("SELECT 1 FROM sqlite_master LIMIT 1").first { _ in true }
    }

    /// What was not closed, as after an error, goes with its last statement.
    deinit {
        if isOpen { sqlite3_close_v2(handle) }
    }

    /// The statement of a constant; prepared at its first use.
    subscript(_ sql: StaticString) -> PreparedStatement {
        get throws {
            if let statement = statements[sql.utf8Start] { return statement }
            let statement = try sql.utf8Start.withMemoryRebound(to: CChar.self, capacity: sql.utf8CodeUnitCount + 1) {
                try PreparedStatement($0, on: handle)
            }
            statements.add(statement, for: sql.utf8Start)
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
        guard code == SQLITE_OK else { throw DatabaseError(code, of: handle) }
    }

    /// Copies the whole database into another, page by page.
    ///
    /// - Parameters:
    ///   - target: what it holds is replaced.
    ///   - pages: copied in one step, in which neither database can be used by others.
    ///   - progress: told after each step: pages copied, pages in all. What it throws before the last step breaks the
    ///     copy off.
    /// - Throws: ``DatabaseError``; what `progress` throws.
    func backup(to target: Connection, pagesPerStep pages: Int32, progress: (Int, Int) throws -> Void) throws {
        guard let backup = sqlite3_backup_init(target.handle, "main", handle, "main") else {
            throw DatabaseError(sqlite3_errcode(target.handle), of: target.handle)
        }
        var code: Int32
        do {
            repeat {
                code = sqlite3_backup_step(backup, pages)
                guard code == SQLITE_OK else { break }
                let total = sqlite3_backup_pagecount(backup)
                try progress(Int(total - sqlite3_backup_remaining(backup)), Int(total))
            } while true
        } catch {
            sqlite3_backup_finish(backup)
            throw error
        }
        let total = Int(sqlite3_backup_pagecount(backup))
        let finished = sqlite3_backup_finish(backup)
        guard code == SQLITE_DONE, finished == SQLITE_OK else {
            throw DatabaseError(finished == SQLITE_OK ? code : finished, of: target.handle)
        }
        // It is whole: nothing that is thrown now makes it otherwise.
        try? progress(total, total)
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

    /// - Throws: ``DatabaseError`` where a statement is still in use; it stays open then.
    func close() throws {
        guard isOpen else { return }
        statements.removeAll()
        let code = sqlite3_close(handle)
        guard code == SQLITE_OK else { throw DatabaseError(code, of: handle) }
        isOpen = false
    }
}

@available(*, unavailable)
extension Connection: Sendable {}
