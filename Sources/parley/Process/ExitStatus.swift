/// How the program ends. CONTRACT section 1, "Exit codes"; the numbers are those of `sysexits.h`.
enum ExitStatus: Int32, Sendable {
    case clean = 0
    /// The command line of a command other than `serve` is wrong.
    case usage = 64
    /// A damaged or newer database.
    case badData = 65
    /// A directory or file cannot be made.
    case cannotCreate = 73
    /// Another server has the directory, or an address is in use.
    case inUse = 75
    /// A wrong option, environment variable or configuration file.
    case configuration = 78
    /// The admin endpoint refused, or could not be reached, or something went wrong that none of the others names.
    case failure = 1
}
