import Foundation

/// Reads the settings of a command line, the environment and the file that either names.
enum ConfigurationFile {
    struct Settings {
        var configuration: ServeConfiguration
        var unknownEnvironment: [String]
    }

    /// - Parameter file: of `--config`; `PARLEY_CONFIG` is looked at when it is `nil`.
    /// - Throws: ``Failure`` with status 78.
    static func settings(flags: [Setting: [String]], file: String?) throws -> Settings {
        let source = try source(flags: flags, file: file)
        return Settings(
            configuration: try SettingsReader(source: source).configuration(),
            unknownEnvironment: source.unknownEnvironment)
    }

    /// As ``settings(flags:file:)``, not yet understood.
    static func source(flags: [Setting: [String]], file: String?) throws -> SettingsSource {
        let environment = ProcessInfo.processInfo.environment
        let named = environment["PARLEY_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        return try SettingsSource(flags: flags, environment: environment, file: try read(file ?? named))
    }

    private static func read(_ path: String?) throws -> (name: String, text: String)? {
        guard let path else { return nil }
        do {
            return (path, try SmallFile.text(at: path))
        } catch {
            throw Failure(.configuration, "the configuration file \(path) cannot be read: \(error.reason)")
        }
    }
}
