import ChatCore
import Foundation
import NIOCore

/// Writes the lines of an archive to a file, which takes its place when it is whole, or to standard output.
final class ArchiveWriter {
    /// Bytes gathered for one write.
    private static let chunk = 1 << 18

    private let path: String?
    private let output: FileHandle
    private let files: ArchiveFiles
    /// The file beside the archive that takes what comes next.
    private var beside: FileHandle?
    private var buffer = ByteBuffer()

    private static func draft(of path: String) -> String { path + ".part" }

    /// - Parameter path: `-`: standard output.
    /// - Throws: ``Failure`` with status 73.
    init(_ path: String, files: ArchiveFiles = .inline) throws {
        self.files = files
        if case .directory(let directory) = files, mkdir(directory, 0o700) != 0, errno != EEXIST {
            throw Failure(.cannotCreate, "\(directory) cannot be made")
        }
        buffer.reserveCapacity(Self.chunk + (1 << 14))
        guard path != "-" else {
            self.path = nil
            output = .standardOutput
            return
        }
        let draft = Self.draft(of: path)
        // Everything that was ever said is in it.
        guard FileManager.default.createFile(atPath: draft, contents: nil, attributes: [.posixPermissions: 0o600]),
            let output = FileHandle(forWritingAtPath: draft)
        else { throw Failure(.cannotCreate, "\(draft) cannot be made") }
        self.path = path
        self.output = output
    }

    func write(_ record: ArchiveRecord) throws {
        var record = record
        if case .directory(let directory) = files {
            switch record {
            case .file(var file):
                file.path = try beginFile(file, in: directory)
                record = .file(file)
            case .data(let bytes):
                try beside?.write(contentsOf: Data(bytes))
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
        let path = directory + "/" + name
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw Failure(.cannotCreate, "\(path) cannot be made") }
        beside = handle
        return name
    }

    private func endFile() throws {
        try beside?.close()
        beside = nil
    }

    private func flush() throws {
        do {
            try output.write(contentsOf: Data(buffer.readableBytesView))
        } catch {
            let name = path ?? "standard output"
            throw Failure(.cannotCreate, "\(name) cannot be written: \(error.localizedDescription)")
        }
        buffer.clear()
    }

    /// - Throws: ``Failure`` with status 73.
    func finish() throws {
        try flush()
        guard let path else { return }
        do {
            try output.synchronize()
            try output.close()
        } catch {
            throw Failure(.cannotCreate, "\(path) cannot be written: \(error.localizedDescription)")
        }
        guard rename(Self.draft(of: path), path) == 0 else { throw Failure(.cannotCreate, "\(path) cannot be made") }
    }

    /// Leaves nothing behind.
    func discard() {
        if let path { unlink(Self.draft(of: path)) }
    }
}

@available(*, unavailable)
extension ArchiveWriter: Sendable {}
