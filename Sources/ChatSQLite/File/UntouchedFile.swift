import ChatCore
import Foundation

/// What the main file was before a start wrote anything, so that a start that is refused leaves it bit by bit as it
/// was.
///
/// All that is written before the first checkpoint lies in the log, but for one thing: a backup is no file with a log,
/// and SQLite makes it one by some bytes of the header, at once. Whether a file is sound enough to be started on shows
/// only later, when rows of it are read and written.
struct UntouchedFile {
    /// SQLite file format, section 1.3.
    private static let headerSize = 100

    private let directory: DataDirectory
    private let header: [UInt8]?
    private let hasLog: Bool

    init(_ directory: DataDirectory) {
        self.directory = directory
        header = Self.header(of: directory.database)
        hasLog = DataDirectory.exists(directory.log)
    }

    /// Once the connection is closed, and carried nothing; as long as the directory's lock is held.
    ///
    /// - Throws: ``StoreOpenError``.
    func putBack() throws {
        // It holds nothing but what failed.
        if !hasLog { try FileCall.remove([directory.log, directory.sharedMemory]) }
        guard let header, Self.header(of: directory.database) != header else { return }
        try FileCall.write(header, to: directory.database)
    }

    private static func header(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: headerSize)
        return pread(descriptor, &bytes, bytes.count, 0) == bytes.count ? bytes : nil
    }
}
