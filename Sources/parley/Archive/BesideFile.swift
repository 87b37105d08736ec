import ChatCore
import Foundation

/// The bytes of one file that lies beside an archive.
struct BesideFile {
    private let handle: FileHandle
    private let name: String

    /// - Parameters:
    ///   - name: as the archive has it. Plain: an archive must not make an import read anything else of this machine.
    ///   - size: bytes that it has to have.
    /// - Throws: ``ArchiveError``.
    init(_ name: String, of size: Int64, in directory: String?) throws(ArchiveError) {
        guard let directory else {
            throw ArchiveError(.notFound, "The files lie beside the archive; say where with --files DIR.")
        }
        guard IdentifierRule.allowsAsPlainName(name), !name.hasPrefix(".") else {
            throw ArchiveError(.invalid, "path must be a file's plain name.")
        }
        let descriptor = open(directory + "/" + name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            if descriptor >= 0 { close(descriptor) }
            throw ArchiveError(.notFound, "There is no file \(name) in \(directory).")
        }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        self.name = name
        guard Int64(status.st_size) == size else {
            throw ArchiveError(.invalid, "The file \(name) has \(status.st_size) bytes, not \(size).")
        }
    }

    /// The next chunk; `nil` at the end.
    func next() throws(ArchiveError) -> [UInt8]? {
        do {
            guard let data = try handle.read(upToCount: StoredFile.chunkSize), !data.isEmpty else { return nil }
            return Array(data)
        } catch {
            throw ArchiveError(.notFound, "The file \(name) cannot be read.")
        }
    }
}
