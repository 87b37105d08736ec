import ArgumentParser

/// `parley token list`.
struct TokenList: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List tokens.")

    @Option(
        name: [.customLong("user"), .customLong("user-id")],
        help: ArgumentHelp("Only those of a user, by id or username", valueName: "USER"))
    var user: UserReference?

    @OptionGroup var page: PageOptions

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        var id: String?
        if let user { id = try await users.id(of: user) }
        return AdminCall(.get, page.path("/admin/tokens", [("user_id", id)]))
    }
}
