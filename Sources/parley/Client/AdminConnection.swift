import ArgumentParser
import Foundation

/// How the commands that talk to a running appliance find it: by the same options, variables and file as `serve`.
struct AdminConnection: ParsableArguments {
    @Option(
        help: ArgumentHelp("Directory of the appliance, for its admin key (default: ./data)", valueName: "DIR"),
        completion: .directory)
    var data: String?

    @Option(help: ArgumentHelp("Admin endpoint (default: 127.0.0.1:5080)", valueName: "ADDR:PORT"))
    var adminListen: String?

    @Option(help: ArgumentHelp("Key of the admin endpoint (default: admin.key of the directory)", valueName: "KEY"))
    var adminKey: String?

    @Option(help: ArgumentHelp("File with the key of the admin endpoint", valueName: "FILE"), completion: .file())
    var adminKeyFile: String?

    @Option(help: ArgumentHelp("Configuration file of the appliance", valueName: "FILE"), completion: .file())
    var config: String?

    /// What these options, the environment and the file say together.
    ///
    /// - Throws: ``Failure``.
    func settings() throws -> ServeConfiguration {
        let given: [Setting: String?] = [
            .data: data, .adminListen: adminListen, .adminKey: adminKey, .adminKeyFile: adminKeyFile,
        ]
        return try ConfigurationFile.settings(
            flags: given.compactMapValues { $0.map { [$0] } }, file: config
        ).configuration
    }

    /// - Throws: ``Failure`` when there is no key to be had.
    func client() throws -> AdminClient {
        let settings = try settings()
        let path = AdminKey.path(in: settings.dataDirectory)
        guard let key = try settings.adminKey ?? AdminKey.read(path) else {
            throw Failure(.failure, "there is no \(path): give --data or --admin-key")
        }
        return AdminClient(address: settings.adminListen, key: key)
    }
}
