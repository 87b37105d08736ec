import ChatCore
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
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.unreadable(path, ErrorText.system(errno)) }
        name = path
        input = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.unreadable(path, ErrorText.system(errno)) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw Self.unreadable(path, "it is a directory") }
        let isFile = status.st_mode & S_IFMT == S_IFREG
        size = isFile ? Int64(status.st_size) : nil
    }

    private static func unreadable(_ name: String, _ reason: String) -> Failure {
        Failure(.failure, "\(name) cannot be read: \(reason)")
    }

    /// Gives all lines to `target`; those that it has from an earlier time are compared only.
    ///
    /// - Parameters:
    ///   - remark: told of what was taken and is odd, a line for a person each.
    ///   - progress: told which share of the bytes was read, 0 to 1, where the size is known.
    /// - Throws: ``Failure`` with status 65 that names the line, or says that another archive was begun with.
    func run(
        into target: any ArchiveTarget, remark: (String) -> Void = { _ in }, progress: (Double) -> Void
    ) throws {
        let now = Timestamp.now()
        var lines = LineReader(input, longest: ArchiveLine.longest)
        let begun = target.mark
        var mark = ArchiveMark()
        while let line = try atLine(mark.line + 1, { try next(&lines) }) {
            line.withUnsafeReadableBytes { mark.take($0) }
            if mark.line <= begun.line {
                if mark.line == begun.line, mark.digest != begun.digest { throw OtherArchive() }
            } else if line.readableBytes > 0 {
                try atLine(mark.line) {
                    let record = try ArchiveLine.record(line)
                    if case .message(let message) = record, message.createdAt > now {
                        remark("\(name):\(mark.line): the message lies in the future: \(message.createdAt.rfc3339)")
                    }
                    try take(record, mark, into: target)
                }
            }
            if let size, mark.line.isMultiple(of: 1000) { progress(Double(lines.bytes) / Double(max(1, size))) }
        }
        guard mark.line >= begun.line else { throw OtherArchive() }
    }

    private func next(_ lines: inout LineReader) throws -> ByteBuffer? {
        do {
            return try lines.next()
        } catch let error as ArchiveError {
            throw error
        } catch {
            throw Self.unreadable(name, ErrorText.clause(error))
        }
    }

    private func take(_ record: ArchiveRecord, _ mark: ArchiveMark, into target: any ArchiveTarget) throws {
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
            throw refusal(line, error)
        }
    }

    private func refusal(_ line: Int64, _ error: ArchiveError) -> Failure {
        Failure(.badData, "\(name):\(line): \(error.code.rawValue): \(error.message)")
    }

    /// For an archive whose messages come in any order: what does not fit when its turn comes is named by its line.
    func sorting(progress: @escaping (Double) -> Void) -> ArchiveSorting {
        ArchiveSorting(refuse: { line, error, _ in throw refusal(line, error) }, progress: progress)
    }

    /// The archive is not the one that the import was begun with.
    struct OtherArchive: Error {}
}
