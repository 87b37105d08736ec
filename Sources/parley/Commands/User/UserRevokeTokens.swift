import ArgumentParser

/// `parley user revoke-tokens`.
struct UserRevokeTokens: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke-tokens", abstract: "Revoke every token of a user.")

    @Argument(help: "The user id")
    var id: String

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call() throws -> AdminCall {
        AdminCall(.post, "/admin/users/\(AdminCall.encoded(id))/revoke-tokens")
    }
}
