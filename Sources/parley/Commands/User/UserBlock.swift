import ArgumentParser

/// `parley user block`.
struct UserBlock: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "block", abstract: "Refuse a user and end the sessions.")

    @Argument(help: "The user, by id or username")
    var user: UserReference

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        AdminCall(.post, "/admin/users/\(try await users.path(of: user))/block")
    }
}
