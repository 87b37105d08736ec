import ArgumentParser

/// `parley chat members`.
struct ChatMembers: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "members", abstract: "List the members of a chat.")

    @Argument(help: "The chat id")
    var id: String

    @OptionGroup var page: PageOptions

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        AdminCall(.get, page.path("/admin/chats/\(AdminCall.encoded(id))/members"))
    }
}
