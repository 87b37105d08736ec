import ArgumentParser

/// `parley user list`.
struct UserList: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List users.")

    @Option(help: "A part of username or display name")
    var find: String?

    @OptionGroup var page: PageOptions

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        AdminCall(.get, page.path("/admin/users", [("q", find)]))
    }
}
