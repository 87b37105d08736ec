import ArgumentParser

/// `parley serve`: the appliance.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Start the appliance (this is the default).",
        discussion: """
            Every option can also stand in the environment, as PARLEY_<NAME>, and in the file of --config; a flag wins \
            over the environment, the environment over the file.
            """)

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let settings = try ConfigurationFile.settings(flags: options.values, file: options.config)
        try await Appliance(settings.configuration, unknownEnvironment: settings.unknownEnvironment).run()
    }
}
