import Foundation

/// What stands at a path.
///
/// By way of Foundation: which module the members of `struct stat` belong to depends on what else is compiled with it.
struct FileStatus {
    /// As one says it.
    enum Kind: String, Sendable {
        case regular = "a regular file"
        case directory = "a directory"
        case link = "a symbolic link"
        case character = "a character device"
        case block = "a block device"
        case pipe = "a named pipe"
        case socket = "a socket"
    }

    /// Nothing that could be looked at.
    struct Missing: Error, Equatable {
        /// The error number.
        var code: Int32
    }

    var kind: Kind
    /// The nine bits of permissions.
    var mode: Int
    private var place: [Int]

    /// - Parameter followsLinks: whether a link is what it leads to.
    init(_ path: String, followsLinks: Bool = false) throws(Missing) {
        var path = path
        if followsLinks {
            guard let resolved = Self.resolved(path) else { throw Missing(code: errno) }
            path = resolved
        }
        let attributes: [FileAttributeKey: Any]
        do {
            attributes = try FileManager.default.attributesOfItem(atPath: path)
        } catch {
            throw Missing(code: ErrorText.systemCode(error as NSError) ?? EIO)
        }
        switch attributes[.type] as? FileAttributeType {
        case .typeRegular: kind = .regular
        case .typeDirectory: kind = .directory
        case .typeSymbolicLink: kind = .link
        case .typeCharacterSpecial: kind = .character
        case .typeBlockSpecial: kind = .block
        case .typeSocket: kind = .socket
        // The one kind that Foundation has no name for.
        default: kind = .pipe
        }
        mode = (attributes[.posixPermissions] as? Int ?? 0) & 0o777
        place = [attributes[.systemNumber] as? Int ?? -1, attributes[.systemFileNumber] as? Int ?? -1]
    }

    /// Whether both are one file.
    func isSame(as other: FileStatus) -> Bool { place == other.place }

    /// The path without links; `nil`, and the error number in `errno`, when nothing is there.
    static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
