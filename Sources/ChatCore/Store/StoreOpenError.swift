/// Why a store could not be opened. CONTRACT section 1, exit codes.
public enum StoreOpenError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another server runs on it: exit code 75.
    case inUse(path: String)
    /// Another program holds the database locked: 75.
    case held(path: String)
    /// Not a database, or not one of Parley's: 65. Nothing was changed.
    case foreign(path: String, reason: String)
    /// Its structure is broken: 65. Nothing was changed.
    case damaged(path: String, reason: String)
    /// Of a newer Parley: 65. Nothing was changed.
    case newer(path: String, version: Int, supported: Int)
    /// The directory or a file cannot be made, read or written: 73.
    case inaccessible(path: String, reason: String)
    /// A network file system, on which SQLite cannot keep its promises: 73.
    case unsupportedFileSystem(path: String, kind: String)

    /// One line that names the file, what is wrong, and what to do.
    public var description: String {
        switch self {
        case .inUse(let path):
            "\(path) is in use by another parley; stop that one first"
        case .held(let path):
            "\(path) is locked by another program; end that first"
        case .foreign(let path, let reason):
            "\(path) is no database of Parley's (\(reason)); it was left as it is"
        case .damaged(let path, let reason):
            "\(path) is damaged (\(reason)); it was left as it is: put a backup in its place (parley restore FILE)"
        case .newer(let path, let version, let supported):
            "\(path) has version \(version), this parley knows up to \(supported); use the newer parley"
        case .inaccessible(let path, let reason):
            "\(path) cannot be used: \(reason)"
        case .unsupportedFileSystem(let path, let kind):
            "\(path) lies on \(kind); a database needs a local file system"
        }
    }

    /// The exit code of a start that ends with it (`sysexits.h`).
    public var exitCode: Int32 {
        switch self {
        case .inUse, .held: 75
        case .foreign, .damaged, .newer: 65
        case .inaccessible, .unsupportedFileSystem: 73
        }
    }
}
