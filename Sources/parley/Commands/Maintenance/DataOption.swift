/// Which directory a command means, by flag, environment and configuration file, as `serve` finds it.
enum DataOption {
    /// - Throws: ``Failure`` with status 78.
    static func directory(_ flag: String?, config: String?) throws -> String {
        try ConfigurationFile.settings(flags: flag.map { [.data: [$0]] } ?? [:], file: config).configuration
            .dataDirectory
    }
}
