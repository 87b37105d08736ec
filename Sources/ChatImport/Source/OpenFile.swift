import ChatCore
import Foundation

/// A regular file, open to read at any place.
final class OpenFile {
    enum Refusal: Error, Sendable, CustomStringConvertible {
        case folder
        case noFile
        case system(Int32)

        var description: String {
            switch self {
            case .folder: "it is a folder"
            case .noFile: "it is no regular file"
            case .system(let code): String(cString: strerror(code))
            }
        }
    }

    let size: Int64
    private let descriptor: Int32

    init(_ path: String, followsLinks: Bool) throws(Refusal) {
        // Not to wait for the other end of a pipe.
        descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW))
        guard descriptor >= 0 else { throw .system(errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw .system(code)
        }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG else {
            close(descriptor)
            throw kind == S_IFDIR ? .folder : .noFile
        }
        size = Int64(status.st_size)
    }

    deinit { close(descriptor) }

    /// Up to `count` bytes from `offset` on; fewer at the end.
    func read(_ count: Int, at offset: Int64) throws(Refusal) -> [UInt8] {
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = 0
            while filled < count {
                let got = pread(
                    descriptor, buffer.baseAddress?.advanced(by: filled), count - filled, off_t(offset) + off_t(filled))
                if got > 0 {
                    filled += got
                } else if got == 0 {
                    break
                } else if errno != EINTR {
                    code = errno
                    break
                }
            }
        }
        guard code == 0 else { throw .system(code) }
        return bytes
    }

    func beginning(_ count: Int) throws(ForeignSourceError) -> [UInt8] {
        do {
            return try read(count, at: 0)
        } catch {
            throw ForeignSourceError("it cannot be read: \(error)")
        }
    }
}

/// A file from its beginning to its end.
final class OpenFileBytes: ForeignBytes {
    private let file: OpenFile
    private var offset: Int64 = 0

    init(_ file: OpenFile) { self.file = file }

    func next() throws(ArchiveError) -> [UInt8]? {
        do {
            let bytes = try file.read(StoredFile.chunkSize, at: offset)
            offset += Int64(bytes.count)
            return bytes.isEmpty ? nil : bytes
        } catch {
            throw ArchiveError(.notFound, "It cannot be read: \(error).")
        }
    }
}

@available(*, unavailable)
extension OpenFile: Sendable {}

@available(*, unavailable)
extension OpenFileBytes: Sendable {}
