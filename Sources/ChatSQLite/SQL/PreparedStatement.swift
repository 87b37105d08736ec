import ChatCore
import CSQLite

/// A statement prepared once and run many times, on the thread that owns its connection.
///
/// A thin layer on SQLite's own interface: a send runs several statements and costs a few microseconds in all, which
/// the argument arrays and rows of a general library would double. Inside the closures of ``first(_:_:)`` and
/// ``each(_:_:)`` the statement is the current row.
final class PreparedStatement {
    private let statement: OpaquePointer
    private let connection: OpaquePointer

    init(_ sql: UnsafePointer<CChar>, on connection: OpaquePointer) throws {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else {
            throw DatabaseError(code, of: connection)
        }
        self.statement = statement
        self.connection = connection
    }

    deinit { sqlite3_finalize(statement) }

    /// Runs to the end, whatever rows there are.
    func run<each Value: SQLBindable>(_ values: repeat each Value) throws {
        defer { sqlite3_reset(statement) }
        try bind(repeat each values)
        while try step() {}
    }

    /// The first row, or `nil` where there is none.
    func first<each Value: SQLBindable, Result>(
        _ values: repeat each Value, read: (PreparedStatement) throws -> Result
    ) throws -> Result? {
        defer { sqlite3_reset(statement) }
        try bind(repeat each values)
        return try step() ? try read(self) : nil
    }

    /// All rows; `read` answers `nil` for those to leave out.
    func all<each Value: SQLBindable, Result>(
        _ values: repeat each Value, read: (PreparedStatement) throws -> Result?
    ) throws -> [Result] {
        defer { sqlite3_reset(statement) }
        try bind(repeat each values)
        var results: [Result] = []
        while try step() {
            if let result = try read(self) { results.append(result) }
        }
        return results
    }

    /// Row for row, as long as `read` answers true.
    func scan<each Value: SQLBindable>(
        _ values: repeat each Value, read: (PreparedStatement) throws -> Bool
    ) throws {
        defer { sqlite3_reset(statement) }
        try bind(repeat each values)
        while try step(), try read(self) {}
    }

    // MARK: The current row

    func int(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

    func optionalInt(_ column: Int32) -> Int64? { isNull(column) ? nil : int(column) }

    func bool(_ column: Int32) -> Bool { int(column) != 0 }

    func text(_ column: Int32) -> String {
        guard let bytes = sqlite3_column_text(statement, column) else { return "" }
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// The text's bytes, as long as `body` runs.
    func withText<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let bytes = sqlite3_column_text(statement, column)
        return try body(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, column))))
    }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    func blob(_ column: Int32) -> [UInt8] {
        guard let bytes = sqlite3_column_blob(statement, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, column))))
    }

    func isBlob(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_BLOB }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }

    func time(_ column: Int32) -> Timestamp { Timestamp(milliseconds: int(column)) }

    func optionalTime(_ column: Int32) -> Timestamp? { isNull(column) ? nil : time(column) }

    // MARK: -

    private func bind<each Value: SQLBindable>(_ values: repeat each Value) throws {
        var index: Int32 = 0
        for value in repeat each values {
            index += 1
            let code = value.bind(to: statement, at: index)
            guard code == SQLITE_OK else { throw DatabaseError(code, of: connection) }
        }
    }

    private func step() throws -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw DatabaseError(code, of: connection)
        }
    }
}

@available(*, unavailable)
extension PreparedStatement: Sendable {}
