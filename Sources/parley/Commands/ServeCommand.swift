import ArgumentParser
import Foundation

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
        let environment = ProcessInfo.processInfo.environment
        let source = try SettingsSource(
            flags: options.values, environment: environment, file: try configurationFile(environment))
        let configuration = try SettingsReader(source: source).configuration()
        try await Appliance(configuration, unknownEnvironment: source.unknownEnvironment).run()
    }

    private func configurationFile(_ environment: [String: String]) throws -> (name: String, text: String)? {
        guard let path = options.config ?? environment["PARLEY_CONFIG"] else { return nil }
        do {
            return (path, try String(contentsOfFile: path, encoding: .utf8))
        } catch {
            throw Failure(.configuration, "the configuration file \(path) cannot be read")
        }
    }
}
