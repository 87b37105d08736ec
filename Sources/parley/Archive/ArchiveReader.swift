import ChatCore
import ChatSQLite
import Foundation
import NIOCore

/// Brings the lines of an archive into a database.
struct ArchiveReader {
    private let name: String
    private let input: FileHandle
    /// `nil`: it cannot be known, as of a pipe.
    private let size: Int64?
    /// Where files lie beside the archive.
    private let directory: String?

    /// - Parameters:
    ///   - path: `-`: standard input.
    ///   - directory: where files lie beside the archive; `nil`: they are in it.
    /// - Throws: ``Failure``.
    init(_ path: String, files directory: String? = nil) throws {
        self.directory = directory
        guard path != "-" else {
            name = "standard input"
            input = .standardInput
            size = nil
            return
        }
        guard let input = FileHandle(forReadingAtPath: path) else {
            throw Failure(.failure, "\(path) cannot be read")
        }
        name = path
        self.input = input
        var status = stat()
        let isFile = fstat(input.fileDescriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        size = isFile ? Int64(status.st_size) : nil
    }

    /// Gives all lines to `target`; those that it has from an earlier time are compared only.
    ///
    /// - Parameter progress: told which share of the bytes was read, 0 to 1, where the size is known.
    /// - Throws: ``Failure`` with status 65 that names the line, or says that another archive was begun with.
    func run(into target: DatabaseImport, progress: (Double) -> Void) throws {
        var lines = LineReader(input, longest: ArchiveLine.longest)
        let begun = target.mark
        var mark = ArchiveMark()
        while let line = try atLine(mark.line + 1, { try lines.next() }) {
            line.withUnsafeReadableBytes { mark.take($0) }
            if mark.line <= begun.line {
                if mark.line == begun.line, mark.digest != begun.digest { throw OtherArchive() }
            } else if line.readableBytes > 0 {
                try atLine(mark.line) { try take(try ArchiveLine.record(line), mark, into: target) }
            }
            if let size, mark.line.isMultiple(of: 1000) { progress(Double(lines.bytes) / Double(max(1, size))) }
        }
        guard mark.line >= begun.line else { throw OtherArchive() }
    }

    private func take(_ record: ArchiveRecord, _ mark: ArchiveMark, into target: DatabaseImport) throws {
        try target.take(record, mark)
        guard case .file(let file) = record, let name = file.path else { return }
        let bytes = try BesideFile(name, of: file.size, in: directory)
        while let chunk = try bytes.next() { try target.take(.data(chunk), mark) }
    }

    /// What the database says to the archive as a whole.
    func atEnd<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as ArchiveError {
            throw Failure(.badData, "\(name): \(error.code.rawValue): \(error.message)")
        }
    }

    private func atLine<Result>(_ line: Int64, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as ArchiveError {
            throw Failure(.badData, "\(name):\(line): \(error.code.rawValue): \(error.message)")
        }
    }

    /// The archive is not the one that the import was begun with.
    struct OtherArchive: Error {}
}
