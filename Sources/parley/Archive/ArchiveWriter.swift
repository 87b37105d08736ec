import ChatCore
import Foundation
import NIOCore

/// Writes the lines of an archive to a file, which takes its place when it is whole, or to standard output.
final class ArchiveWriter {
    /// Bytes gathered for one write.
    private static let chunk = 1 << 18

    private let path: String?
    private let output: FileHandle
    private var buffer = ByteBuffer()

    private static func draft(of path: String) -> String { path + ".part" }

    /// - Parameter path: `-`: standard output.
    /// - Throws: ``Failure`` with status 73.
    init(_ path: String) throws {
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
        ArchiveLine.write(record, to: &buffer)
        if buffer.readableBytes >= Self.chunk { try flush() }
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
