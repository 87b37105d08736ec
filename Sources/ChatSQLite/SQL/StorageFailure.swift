import ChatCore
import CSQLite

/// What an error of the database means to those who asked.
enum StorageFailure {
    static func databaseError(_ error: any Error) -> DatabaseError {
        error as? DatabaseError ?? DatabaseError(resultCode: .SQLITE_ERROR, message: "\(error)")
    }

    /// What happened, in words. An error that one connection's work meets on another is not in the message of the
    /// first: there SQLite says "not an error".
    static func sentence(_ error: DatabaseError) -> String {
        guard let message = error.message, message != "not an error" else {
            return sqlite3_errstr(error.extendedResultCode.rawValue).map { String(cString: $0) } ?? "\(error)"
        }
        return message
    }

    /// Whether there is no room. The log's index is the one file whose growth SQLite reports as an error of its own.
    static func isFull(_ error: DatabaseError) -> Bool {
        error.resultCode == .SQLITE_FULL || error.extendedResultCode == .SQLITE_IOERR_SHMSIZE
    }

    /// Whether the file or the machine fails, not what was asked of it: then the next command would fare no better.
    static func isOfTheFile(_ error: DatabaseError) -> Bool {
        switch error.resultCode {
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_CANTOPEN, .SQLITE_READONLY,
            .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_NOMEM, .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL,
            .SQLITE_INTERRUPT, .SQLITE_NOLFS:
            true
        default: false
        }
    }

    static let full = ChatError(.storageFull, "There is no room to store anything.", retryAfter: .seconds(5))

    static func chatError(_ error: any Error) -> ChatError {
        if let error = error as? ChatError { return error }
        let error = databaseError(error)
        switch error.resultCode {
        case _ where isFull(error):
            return full
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return ChatError(.unavailable, "The database is held by another program.", retryAfter: .seconds(1))
        case .SQLITE_INTERRUPT:
            return ChatError(
                .unavailable, "That took too long, or the server is stopping; ask for less.", retryAfter: .seconds(5))
        default:
            return ChatError(.internal, "The database failed; the cause is in the log.")
        }
    }
}
