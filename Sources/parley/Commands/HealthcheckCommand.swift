import ArgumentParser
import NIOCore

/// `parley healthcheck`: whether the appliance of this configuration is ready; for containers and watchdogs. CONTRACT
/// section 1.
struct HealthcheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "healthcheck",
        abstract: "Exit code 0 when the appliance of this configuration is ready, else 1.",
        discussion: """
            Takes the options, the environment and the file of serve, and asks /readyz of its admin listener. Needs no \
            key.
            """)

    /// Seconds within which there has to be an answer.
    private static let patience: Duration = .seconds(5)

    @OptionGroup var options: ServeOptions

    @Flag(help: "Say nothing where it is ready")
    var quiet = false

    func run() async throws {
        let settings = try ConfigurationFile.settings(flags: options.values, file: options.config)
        let address = settings.configuration.adminListen
        let answer = try await withThrowingTaskGroup(of: AdminClient.Answer.self) { group in
            group.addTask { try await AdminClient(address: address, key: "").perform(AdminCall(.get, "/readyz")) }
            group.addTask {
                try await Task.sleep(for: Self.patience)
                throw Failure(.failure, "\(address) did not answer within \(Self.patience.components.seconds) s")
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw Failure(.failure, "\(address) did not answer") }
            return first
        }
        guard answer.status == 200 else {
            let why = String(buffer: answer.body).split(whereSeparator: \.isNewline).joined(separator: " ")
            throw Failure(.failure, "\(address) is not ready: \(answer.status) \(why.prefix(300))")
        }
        if !quiet { try StandardOutput.line("ready") }
    }
}
