import ArgumentParser

/// `parley chat remove`.
struct ChatRemove: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a member.")

    @Argument(help: "The chat id")
    var id: String

    @Argument(help: "The user, by id or username")
    var user: UserReference

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        AdminCall(.delete, "/admin/chats/\(AdminCall.encoded(id))/members/\(try await users.path(of: user))")
    }
}
