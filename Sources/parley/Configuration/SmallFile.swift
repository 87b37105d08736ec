import Foundation

/// A file that an option names: a key, a certificate, a configuration. It may be a pipe (`<(pass show parley)`), and by
/// mistake anything else, so no more of it is read than such a file can have.
enum SmallFile {
    /// Bytes: a chain of certificates or a set of keys is far below.
    static let limit = 4 << 20

    struct Unreadable: Error, Equatable {
        /// Error number; 0 where the operating system had none.
        var code: Int32
        /// The end of a sentence.
        var reason: String

        init(_ code: Int32) { (self.code, reason) = (code, ErrorText.system(code)) }

        init(_ reason: String) { (code, self.reason) = (0, reason) }
    }

    static func text(at path: String) throws(Unreadable) -> String {
        try text(at: path, mustBeRegular: false)
    }

    /// - Parameter mustBeRegular: for one that the appliance made itself: a pipe would hold up the start for ever.
    static func text(at path: String, mustBeRegular: Bool) throws(Unreadable) -> String {
        if mustBeRegular {
            let kind = try kind(of: path)
            guard kind == .regular else { throw Unreadable("it is \(kind.rawValue)") }
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Unreadable(errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= limit {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Unreadable(errno) }
            guard count > 0 else {
                guard let text = String(validating: bytes, as: UTF8.self) else { throw Unreadable("it is not UTF-8") }
                return text
            }
            bytes += chunk[..<count]
        }
        throw Unreadable("it has more than \(limit) bytes")
    }

    private static func kind(of path: String) throws(Unreadable) -> FileStatus.Kind {
        do {
            return try FileStatus(path, followsLinks: true).kind
        } catch {
            throw Unreadable(error.code)
        }
    }
}
