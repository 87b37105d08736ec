import CSQLite

/// An error of SQLite.
struct DatabaseError: Error, Hashable, CustomStringConvertible {
    /// What kind it is, as far as SQLite tells.
    let extendedResultCode: ResultCode
    /// SQLite's own words, where there are any.
    let message: String?

    init(resultCode: ResultCode, message: String? = nil) {
        extendedResultCode = resultCode
        self.message = message
    }

    /// The last error of a connection.
    ///
    /// - Parameter code: what the call answered: the connection knows no more where its own code is of another kind.
    init(_ code: Int32, of connection: OpaquePointer?) {
        let extended = sqlite3_extended_errcode(connection)
        extendedResultCode = ResultCode(rawValue: extended & 0xFF == code & 0xFF ? extended : code)
        message = sqlite3_errmsg(connection).map { String(cString: $0) }
    }

    /// What kind it is, roughly.
    var resultCode: ResultCode { ResultCode(rawValue: extendedResultCode.rawValue & 0xFF) }

    var description: String { "SQLite error \(extendedResultCode.rawValue): \(message ?? "no message")" }
}

/// SQLite's result codes (https://sqlite.org/rescode.html), by their names there; those that are asked for here.
struct ResultCode: RawRepresentable, Hashable, Sendable {
    let rawValue: Int32

    static let SQLITE_ERROR = Self(rawValue: CSQLite.SQLITE_ERROR)
    static let SQLITE_PERM = Self(rawValue: CSQLite.SQLITE_PERM)
    static let SQLITE_BUSY = Self(rawValue: CSQLite.SQLITE_BUSY)
    static let SQLITE_LOCKED = Self(rawValue: CSQLite.SQLITE_LOCKED)
    static let SQLITE_NOMEM = Self(rawValue: CSQLite.SQLITE_NOMEM)
    static let SQLITE_READONLY = Self(rawValue: CSQLite.SQLITE_READONLY)
    static let SQLITE_INTERRUPT = Self(rawValue: CSQLite.SQLITE_INTERRUPT)
    static let SQLITE_IOERR = Self(rawValue: CSQLite.SQLITE_IOERR)
    static let SQLITE_CORRUPT = Self(rawValue: CSQLite.SQLITE_CORRUPT)
    static let SQLITE_FULL = Self(rawValue: CSQLite.SQLITE_FULL)
    static let SQLITE_CANTOPEN = Self(rawValue: CSQLite.SQLITE_CANTOPEN)
    static let SQLITE_PROTOCOL = Self(rawValue: CSQLite.SQLITE_PROTOCOL)
    static let SQLITE_SCHEMA = Self(rawValue: CSQLite.SQLITE_SCHEMA)
    static let SQLITE_CONSTRAINT = Self(rawValue: CSQLite.SQLITE_CONSTRAINT)
    static let SQLITE_NOLFS = Self(rawValue: CSQLite.SQLITE_NOLFS)
    static let SQLITE_AUTH = Self(rawValue: CSQLite.SQLITE_AUTH)
    static let SQLITE_NOTADB = Self(rawValue: CSQLite.SQLITE_NOTADB)
    /// The extended codes are macros that Swift does not read.
    static let SQLITE_IOERR_SHMSIZE = Self(rawValue: CSQLite.SQLITE_IOERR | 19 << 8)
}
