/// Where keys and secrets were given, for the remarks of the start on who else may see them.
struct KeyExposure: Sendable, Hashable {
    /// On the command line, which every user of the machine can read.
    var flags: [Setting] = []
    /// Files that hold one.
    var files: [String] = []
}
