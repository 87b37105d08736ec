import ArgumentParser

/// `parley user revoke-tokens`.
struct UserRevokeTokens: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke-tokens", abstract: "Revoke every token of a user.")

    @Argument(help: "The user, by id or username")
    var user: UserReference

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        AdminCall(.post, "/admin/users/\(try await users.path(of: user))/revoke-tokens")
    }
}
