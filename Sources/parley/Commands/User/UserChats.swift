import ArgumentParser

/// `parley user chats`.
struct UserChats: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "chats", abstract: "List a user's chats, the liveliest first, with what is unread.")

    @Argument(help: "The user, by id or username")
    var user: UserReference

    @OptionGroup var page: PageOptions

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        AdminCall(.get, page.path("/admin/users/\(try await users.path(of: user))/chats"))
    }
}
