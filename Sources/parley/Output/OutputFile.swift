import ByteText
import Foundation

/// The file that a command was told to write: standard output (`-`), a new file, or one in place of a regular file.
/// CONTRACT section 1.
///
/// It is written under a name of its own beside its place and takes it when it is whole. A rename replaces whatever has
/// the name, a device, a pipe or the link to one just as well (`/dev/null`, `/dev/stdout`), so everything that is no
/// regular file is refused, by name, before the work and again before the rename; and so are the files of the
/// appliance itself.
final class OutputFile {
    /// As it was given.
    let name: String
    /// `nil`: standard output.
    private let path: String?
    /// Where it grows; an own name, as somebody may be writing to the same place at the same time.
    private let draft: String?
    private let descriptor: Int32
    private let forbidden: [String]
    private let isDurable: Bool
    private var isOpen = true

    /// - Parameters:
    ///   - name: `-` or a path.
    ///   - forbidden: paths that it must not have, though what is there is regular: those of the appliance.
    ///   - isDurable: whether it is to be on the disk when ``finish()`` returns.
    /// - Throws: ``Failure`` with status 73.
    init(_ name: String, forbidden: [String] = [], isDurable: Bool = true) throws(Failure) {
        (self.forbidden, self.isDurable) = (forbidden, isDurable)
        guard name != "-" else {
            (self.name, path, draft, descriptor) = ("standard output", nil, nil, STDOUT_FILENO)
            return
        }
        try Self.look(at: name, forbidden)
        // 48 random bits.
        let draft = "\(name).\(String(UInt64.random(in: 0..<(1 << 48)), radix: 36)).part"
        // Everything that was ever said is in it.
        let descriptor = Drafts.make(draft)
        guard descriptor >= 0 else {
            throw Failure(.cannotCreate, "\(name) cannot be made: \(ErrorText.system(errno))")
        }
        (self.name, path, self.draft, self.descriptor) = (name, name, draft, descriptor)
    }

    deinit { discard() }

    /// Where another writer (SQLite) may write it instead of ``write(_:)``; `nil` for standard output.
    var draftPath: String? { draft }

    func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        if let stop = Descriptor.write(bytes, to: descriptor) { throw failure(stop.code) }
    }

    /// Puts it at its place.
    ///
    /// - Throws: ``Failure`` with status 73; standard output that cannot be written is status 1.
    func finish() throws(Failure) {
        guard let path, let draft else { return }
        if isDurable, fsync(descriptor) != 0 { throw failure(errno) }
        isOpen = false
        guard close(descriptor) == 0 else { throw failure(errno) }
        try Self.look(at: path, forbidden)
        guard rename(draft, path) == 0 else { throw failure(errno) }
        Drafts.remove(draft)
        if isDurable { try synchronizeDirectory(of: path) }
    }

    /// Leaves nothing behind; without effect once it is at its place.
    func discard() {
        guard let draft else { return }
        if isOpen { close(descriptor) }
        isOpen = false
        if Drafts.remove(draft) { unlink(draft) }
    }

    private func failure(_ code: Int32) -> Failure {
        guard path != nil else { return StandardOutput.failure(code) }
        return Failure(.cannotCreate, "\(name) cannot be written: \(ErrorText.system(code))")
    }

    private func synchronizeDirectory(of path: String) throws(Failure) {
        let descriptor = open(PathText.directory(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A directory that may be written and not read is no reason to call the file missing.
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // Some file systems have no fsync of directories.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(errno) }
    }

    private static func look(at path: String, _ forbidden: [String]) throws(Failure) {
        guard !path.isEmpty else { throw Failure(.cannotCreate, "a file without a name cannot be made") }
        if let own = forbidden.first(where: { isSame(path, $0) }) {
            throw Failure(.cannotCreate, "\(path) is \(own), which belongs to the appliance; give another name")
        }
        let status: FileStatus
        do {
            status = try FileStatus(path)
        } catch {
            guard error.code == ENOENT else {
                throw Failure(.cannotCreate, "\(path) cannot be made: \(ErrorText.system(error.code))")
            }
            return
        }
        guard status.kind == .regular else {
            throw Failure(
                .cannotCreate,
                "\(path) is \(status.kind.rawValue); only a regular file is replaced (- is standard output)")
        }
    }

    /// Whether two paths lead to one file, or, where there is none yet, to one place.
    private static func isSame(_ one: String, _ other: String) -> Bool {
        // What is not there is not the same; the names decide.
        if let first = try? FileStatus(one, followsLinks: true),
            let second = try? FileStatus(other, followsLinks: true)
        {
            return first.isSame(as: second)
        }
        func place(_ path: String) -> String? {
            FileStatus.resolved(PathText.directory(of: path)).map { $0 + "/" + PathText.name(of: path) }
        }
        return place(one).map { $0 == place(other) } ?? false
    }
}

@available(*, unavailable)
extension OutputFile: Sendable {}
