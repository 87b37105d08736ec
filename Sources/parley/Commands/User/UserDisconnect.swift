import ArgumentParser

/// `parley user disconnect`.
struct UserDisconnect: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "disconnect", abstract: "End the sessions of a user.")

    @Argument(help: "The user, by id or username")
    var user: UserReference

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        AdminCall(.post, "/admin/users/\(try await users.path(of: user))/disconnect")
    }
}
