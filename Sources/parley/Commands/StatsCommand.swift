import ArgumentParser

/// `parley stats`.
struct StatsCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "What is stored and connected, of a running appliance.")

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall { AdminCall(.get, "/admin/stats") }
}
