/// Why a store could not be opened. CONTRACT section 1, exit codes.
///
/// `place` is what an operator knows the store by: a path, or an address without its secrets.
public enum StoreOpenError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another server runs on it: exit code 75.
    case inUse(place: String)
    /// Another program holds the database locked: 75.
    case held(place: String)
    /// Not a database, or not one of Parley's: 65. Nothing was changed.
    case foreign(place: String, reason: String)
    /// Its structure is broken: 65. Nothing was changed.
    case damaged(place: String, reason: String)
    /// Of a newer Parley: 65. Nothing was changed.
    case newer(place: String, version: Int, supported: Int)
    /// The directory or a file cannot be made, read or written: 73.
    case inaccessible(place: String, reason: String)
    /// A network file system, on which SQLite cannot keep its promises: 73.
    case unsupportedFileSystem(place: String, kind: String)

    /// One line that names the file, what is wrong, and what to do.
    public var description: String {
        switch self {
        case .inUse(let place):
            "\(place) is in use by another parley; stop that one first"
        case .held(let place):
            "\(place) is locked by another program; end that first"
        case .foreign(let place, let reason):
            "\(place) is no database of Parley's (\(reason)); it was left as it is"
        case .damaged(let place, let reason):
            "\(place) is damaged (\(reason)); it was left as it is: put a backup in its place (parley restore FILE)"
        case .newer(let place, let version, let supported):
            "\(place) has version \(version), this parley knows up to \(supported); use the newer parley"
        case .inaccessible(let place, let reason):
            "\(place) cannot be used: \(reason)"
        case .unsupportedFileSystem(let place, let kind):
            "\(place) lies on \(kind); a database needs a local file system"
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
