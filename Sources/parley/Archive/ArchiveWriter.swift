import ChatCore
import Foundation
import NIOCore

/// Writes the lines of an archive to a file, which takes its place when it is whole, or to standard output.
final class ArchiveWriter {
    /// Bytes gathered for one write.
    private static let chunk = 1 << 18

    private let output: OutputFile
    private let files: ArchiveFiles
    /// The file beside the archive that takes what comes next.
    private var beside: OutputFile?
    private var buffer = ByteBuffer()

    /// - Parameters:
    ///   - path: `-`: standard output.
    ///   - forbidden: see ``OutputFile``.
    /// - Throws: ``Failure`` with status 73.
    init(_ path: String, files: ArchiveFiles = .inline, forbidden: [String] = []) throws {
        self.files = files
        output = try OutputFile(path, forbidden: forbidden)
        if case .directory(let directory) = files, mkdir(directory, 0o700) != 0, errno != EEXIST {
            throw Failure(.cannotCreate, "\(directory) cannot be made: \(ErrorText.system(errno))")
        }
        buffer.reserveCapacity(Self.chunk + (1 << 14))
    }

    func write(_ record: ArchiveRecord) throws {
        var record = record
        if case .directory(let directory) = files {
            switch record {
            case .file(var file):
                file.path = try beginFile(file, in: directory)
                record = .file(file)
            case .data(let bytes):
                try bytes.withUnsafeBytes { try beside?.write($0) }
                return
            default: try endFile()
            }
        }
        ArchiveLine.write(record, to: &buffer)
        if buffer.readableBytes >= Self.chunk { try flush() }
    }

    /// - Returns: its name in the directory.
    private func beginFile(_ file: ArchiveFile, in directory: String) throws -> String {
        try endFile()
        let name = file.id?.rawValue ?? ""
        beside = try OutputFile(directory + "/" + name, isDurable: false)
        return name
    }

    private func endFile() throws {
        try beside?.finish()
        beside = nil
    }

    private func flush() throws {
        try buffer.withUnsafeReadableBytes { try output.write($0) }
        buffer.clear()
    }

    /// - Throws: ``Failure`` with status 73; standard output that cannot be written is status 1.
    func finish() throws {
        try endFile()
        try flush()
        try output.finish()
    }

    /// Leaves nothing behind.
    func discard() {
        beside?.discard()
        output.discard()
    }
}

@available(*, unavailable)
extension ArchiveWriter: Sendable {}
