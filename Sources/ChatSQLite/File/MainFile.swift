import CSQLiteFile
import ChatCore
import Foundation

/// What the main file says of itself, read without its log and without touching anything.
///
/// A process that ends inside a checkpoint leaves a main file that is half of before and half of after. With its log it
/// is whole (the log holds every page that was on its way); alone SQLite may find it malformed. Then its header says
/// whose it is, and the log beside it has to be of the row that `parley.lock` began.
struct MainFile {
    let version: Int
    /// The log that was carried into it last, and its length; `nil` where the file can only be read with its log.
    let carried: (salts: WriteAheadLog.Salts, frames: Int64)?

    /// - Parameters:
    ///   - log: the one beside it.
    ///   - newest: the newest version that is known.
    /// - Throws: ``StoreOpenError`` for what is no database of Parley's, or of a newer one.
    init(path: String, log: WriteAheadLog?, newest: Int = DatabaseSchema.version) throws {
        // Opening anything but a regular file may wait for ever, or do something.
        if let obstacle = FileCall.obstacle(path) { throw StoreOpenError.inaccessible(place: path, reason: obstacle) }
        do {
            try self.init(alone: path, newest: newest)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT && log != nil {
            guard let version = Self.version(inHeaderOf: path), version <= newest else {
                throw DatabasePreparation.refusal(error, path)
            }
            self.init(version: version)
        } catch {
            throw DatabasePreparation.refusal(error, path)
        }
    }

    /// Whether the log may be replayed into this file.
    func isContinued(by log: WriteAheadLog, note: DirectoryLock.Note?) -> Bool {
        if let carried { return log.continues(mainSalts: carried.salts, mainFrames: carried.frames, note: note) }
        // Half carried, so a checkpoint had begun, and before that its log was noted.
        return note?.log.map { log.isOfTheRow(begunWith: $0) } ?? false
    }

    /// The schema's version, from the file's first page (SQLite file format, section 1.3), of a database of Parley's.
    private static func version(inHeaderOf path: String) -> Int? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: 100)
        guard pread(descriptor, &header, header.count, 0) == header.count,
            header.starts(with: Array("SQLite format 3".utf8) + [0])
        else { return nil }
        func number(at offset: Int) -> Int { header[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) } }
        return number(at: 68) == DatabaseSchema.applicationID ? number(at: 60) : nil
    }

    /// One that can only be read with its log.
    private init(version: Int) {
        self.version = version
        carried = nil
    }

    private init(alone path: String, newest: Int) throws {
        let connection = try Connection(path: Self.immutable(path), readonly: true)
        // It was read only: nothing can be lost by leaving it badly.
        defer { try? connection.close() }
        let application = try connection.prepare("PRAGMA application_id").first { Int($0.int(0)) }
        version = try connection.prepare("PRAGMA user_version").first { Int($0.int(0)) } ?? 0
        guard application == DatabaseSchema.applicationID, version > 0 else {
            let isEmpty = DataDirectory.size(path) == 0
            throw StoreOpenError.foreign(place: path, reason: isEmpty ? "it is empty" : "another application's")
        }
        guard version <= newest else {
            throw StoreOpenError.newer(place: path, version: version, supported: newest)
        }
        let row = try connection.prepare("SELECT wal_salt, wal_frames FROM state WHERE id = 1").first {
            (UInt64(bitPattern: $0.int(0)), $0.int(1))
        }
        guard let (salts, frames) = row else {
            throw StoreOpenError.damaged(place: path, reason: "the row of `state` is missing")
        }
        carried = (salts, frames)
    }

    /// Gives a file that is made anew salts that no other has, so that no log but its own continues it.
    static func makeUnique(_ connection: Connection) throws {
        let salts = Int64(bitPattern: UInt64.random(in: 1...UInt64.max))
        try connection.prepare("UPDATE state SET wal_salt = ?, wal_frames = 0 WHERE id = 1").run(salts)
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
