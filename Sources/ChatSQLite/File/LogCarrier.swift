import CSQLiteFile
import Foundation

/// Carries the beginning of a long write-ahead log into the main file, up to a commit, which SQLite's checkpoints
/// cannot: those write of each page the newest state, and a main file in which only some pages are new never existed.
///
/// A log that grew while somebody held the file open may take longer to carry than a lease holds. So it is carried in
/// steps, each far shorter, and after each of them the main file is what it was at one commit: a plain copy of that
/// moment is whole, and says so (the last frame of a step is the note of ``Checkpointer``). SQLite does not know of the
/// steps. Its own checkpoint, last, finds every page in place already, and no write of it changes anything.
///
/// Only under a lease and with the gate shut: nobody reads the main file meanwhile.
struct LogCarrier {
    private static let pageSize = 4096
    private static let frameHeader = 24
    private static let logHeader = 32

    private let file: DatabaseFile
    private let descriptor: Int32
    private let salts: [UInt8]

    /// Runs `body` with the log of `file` open.
    ///
    /// - Throws: `DatabaseError`.
    static func withLog<Result>(of file: DatabaseFile, _ body: (LogCarrier) throws -> Result) throws -> Result {
        let descriptor = open(file.directory.log, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DatabaseError(resultCode: .SQLITE_CANTOPEN, message: "parley.db-wal") }
        defer { close(descriptor) }
        return try body(try LogCarrier(file, descriptor))
    }

    private init(_ file: DatabaseFile, _ descriptor: Int32) throws {
        self.file = file
        self.descriptor = descriptor
        let header = try Self.read(descriptor, at: 0, count: Self.logHeader)
        salts = Array(header[16..<24])
    }

    /// Carries the frames behind `start` up to and with `end`, each a commit, and waits for the disk.
    func carry(from start: Int, to end: Int) throws {
        // Of each page the last frame.
        var frames: [UInt32: Int] = [:]
        for frame in start..<end {
            let header = try Self.read(descriptor, at: offset(of: frame), count: Self.frameHeader)
            guard header[8..<16].elementsEqual(salts) else {
                throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "frame \(frame + 1) is of another log")
            }
            frames[header[0..<4].reduce(0) { $0 << 8 | UInt32($1) }] = frame
        }
        // What is carried must not be lost from the log: under `normal` commits do not wait for the disk.
        guard fdatasync(descriptor) == 0 else { throw Self.failure("parley.db-wal") }
        for (page, frame) in frames.sorted(by: { $0.key < $1.key }) {
            let bytes = try Self.read(descriptor, at: offset(of: frame) + Self.frameHeader, count: Self.pageSize)
            try file.write(bytes, at: (Int64(page) - 1) * Int64(Self.pageSize))
        }
        try file.synchronize()
    }

    private func offset(of frame: Int) -> Int { Self.logHeader + frame * (Self.frameHeader + Self.pageSize) }

    private static func read(_ descriptor: Int32, at offset: Int, count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard pread(descriptor, &bytes, count, off_t(offset)) == count else { throw failure("parley.db-wal") }
        return bytes
    }

    private static func failure(_ name: String) -> DatabaseError {
        DatabaseError(resultCode: .SQLITE_IOERR, message: "\(name): \(DataDirectory.reason(errno))")
    }
}
