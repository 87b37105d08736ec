import ArgumentParser
import ByteText
import ChatTokens
import JSON
import SocketServer

/// `parley config`: what `serve` would go by, with the same options, environment and file. CONTRACT section 1.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Show every setting in force, and where it comes from.",
        discussion: """
            Takes the options of serve, and looks at the environment and the file of --config as serve does. Where \
            one is wrong, all that are wrong are told, and the exit code is 78. Keys and secrets are not shown.
            """)

    @OptionGroup var options: ServeOptions

    @Flag(help: "Only look whether the settings are right, with the files that they name; shows nothing")
    var check = false

    @Flag(help: "As JSON: {setting: {value, origin}}")
    var json = false

    func run() async throws {
        let source = try ConfigurationFile.source(flags: options.values, file: options.config)
        let reader = SettingsReader(source: source)
        let faults = reader.faults()
        guard let last = faults.last else { return try await show(try reader.configuration(), source) }
        for fault in faults.dropLast() { StandardError.write("parley: \(fault.message)\n") }
        throw last
    }

    private func show(_ configuration: ServeConfiguration, _ source: SettingsSource) async throws {
        try await lookInto(configuration)
        for variable in source.unknownEnvironment {
            StandardError.write("parley: \(Failure.line(variable)) is no setting\n")
        }
        guard !check else { return }
        let settings = try SettingInForce.all(configuration, source)
        guard !json else { return try StandardOutput.line(Self.json(settings)) }
        let rows = settings.map { [$0.setting.rawValue, Failure.line($0.value ?? TextTable.nothing), $0.origin] }
        let table = TextTable(names: ["setting", "value", "from"], rows: rows)
        for line in table.lines(within: Terminal.width).lines { try StandardOutput.line(line) }
    }

    /// What the start would find wrong in the files that are named.
    private func lookInto(_ configuration: ServeConfiguration) async throws {
        if let tls = configuration.tls {
            do {
                _ = try TLSCredentials(certificateFile: tls.certificate, keyFile: tls.key)
            } catch {
                throw Failure(.configuration, ErrorText.clause(error))
            }
        }
        guard let text = configuration.jwtPublicKey else { return }
        do {
            _ = try await OutsideKeys(text)
        } catch let error as OutsideKeysError {
            throw Failure(.configuration, "the file of --jwt-public-key \(error)")
        }
    }

    private static func json(_ settings: [SettingInForce]) -> String {
        var members = JSONObject()
        for setting in settings {
            let value: JSONValue = setting.value.map { .string($0) } ?? .null
            members[ByteString(setting.setting.rawValue)] = ["value": value, "origin": .string(setting.origin)]
        }
        return JSONValue.object(members).text
    }
}
