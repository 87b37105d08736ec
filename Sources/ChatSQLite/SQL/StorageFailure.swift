import ChatCore
import GRDB

/// What an error of the database means to those who asked.
enum StorageFailure {
    static func databaseError(_ error: any Error) -> DatabaseError {
        error as? DatabaseError ?? DatabaseError(resultCode: .SQLITE_ERROR, message: "\(error)")
    }

    /// Whether there is no room. The log's index is the one file whose growth SQLite reports as an error of its own.
    static func isFull(_ error: DatabaseError) -> Bool {
        error.resultCode == .SQLITE_FULL || error.extendedResultCode == .SQLITE_IOERR_SHMSIZE
    }

    static func chatError(_ error: any Error) -> ChatError {
        if let error = error as? ChatError { return error }
        let error = databaseError(error)
        switch error.resultCode {
        case _ where isFull(error):
            return ChatError(.storageFull, "There is no room to store anything.", retryAfter: .seconds(5))
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return ChatError(.unavailable, "The database is held by another program.", retryAfter: .seconds(1))
        default:
            return ChatError(.internal, "The database failed; the cause is in the log.")
        }
    }
}
