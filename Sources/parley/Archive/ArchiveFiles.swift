import ArgumentParser

/// Where the bytes of files go, or come from: `--files inline`, `none`, or a directory.
enum ArchiveFiles: Sendable, Equatable, ExpressibleByArgument {
    /// In the archive itself, as base64.
    case inline
    /// Left out, and messages without them.
    case none
    /// One file each in this directory, named by its id.
    case directory(String)

    init?(argument: String) {
        switch argument {
        case "": return nil
        case "inline": self = .inline
        case "none": self = .none
        default: self = .directory(argument)
        }
    }
}
