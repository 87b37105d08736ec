import ArgumentParser

/// `parley user show`.
struct UserShow: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a user.")

    @Argument(help: "The user, by id or username")
    var user: UserReference

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        AdminCall(.get, "/admin/users/\(try await users.path(of: user))")
    }
}
