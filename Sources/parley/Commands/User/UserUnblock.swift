import ArgumentParser

/// `parley user unblock`.
struct UserUnblock: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "unblock", abstract: "Admit a user again.")

    @Argument(help: "The user, by id or username")
    var user: UserReference

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        AdminCall(.post, "/admin/users/\(try await users.path(of: user))/unblock")
    }
}
