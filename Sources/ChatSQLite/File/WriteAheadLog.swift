import Foundation

/// What the header of a `-wal` file tells (SQLite file format, section 4).
///
/// All numbers are big-endian. The header has 32 bytes: magic, version, page size, checkpoint number, salt 1, salt 2,
/// two checksums. Each frame has 24 bytes before its page: page number, size of the database after the commit (0: the
/// transaction goes on), the two salts, two checksums. When a log is begun anew after a checkpoint, salt 1 grows by
/// one and salt 2 is random; in a new file both are.
struct WriteAheadLog {
    /// Salt 1 in the upper half, salt 2 in the lower.
    typealias Salts = UInt64

    let salts: Salts
    let pageSize: Int
    private let path: String

    /// `nil`: there is none, or none that SQLite would read.
    init?(path: String) {
        guard let header = Self.bytes(path, at: 0, count: 32) else { return nil }
        let magic = Self.number(header, 0)
        guard magic == 0x377F_0682 || magic == 0x377F_0683 else { return nil }
        self.path = path
        pageSize = Int(Self.number(header, 8))
        salts = UInt64(Self.number(header, 16)) << 32 | UInt64(Self.number(header, 20))
    }

    /// Whether frame `number`, from 1, is there, of this log, and the last of a transaction.
    func hasCommit(atFrame number: Int64) -> Bool {
        guard number > 0,
            let frame = Self.bytes(path, at: 32 + (number - 1) * Int64(24 + pageSize), count: 24)
        else { return false }
        return Self.number(frame, 4) != 0
            && UInt64(Self.number(frame, 8)) << 32 | UInt64(Self.number(frame, 12)) == salts
    }

    /// Whether this log may be replayed into a main file whose state names the log that was carried into it last.
    ///
    /// 1. The same log: only if it has at least the frames that were carried; else it is an earlier copy of it.
    ///    A negative number is that of frames in the middle of a log that is carried in parts.
    /// 2. The next one, by its salt 1, where the log before it was carried to its end.
    /// 3. The one that `parley.lock` says was begun, or was about to be begun, on this main file.
    func continues(mainSalts: Salts, mainFrames: Int64, note: DirectoryLock.Note?) -> Bool {
        if mainSalts != 0, salts == mainSalts { return hasCommit(atFrame: Int64(mainFrames.magnitude)) }
        guard mainFrames >= 0 else { return false }
        if mainSalts != 0, UInt32(truncatingIfNeeded: salts >> 32) == UInt32(truncatingIfNeeded: mainSalts >> 32) &+ 1 {
            return true
        }
        return note.map { $0.main == mainSalts && ($0.log ?? salts) == salts } ?? false
    }

    /// Whether this is the log of those salts, or one that was begun after it by a checkpoint.
    func isOfTheRow(begunWith first: Salts) -> Bool {
        UInt32(truncatingIfNeeded: salts >> 32) &- UInt32(truncatingIfNeeded: first >> 32) < 1 << 31
    }

    private static func bytes(_ path: String, at offset: Int64, count: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: count)
        return pread(descriptor, &bytes, count, off_t(offset)) == count ? bytes : nil
    }

    private static func number(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
