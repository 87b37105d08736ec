import ArgumentParser

/// `parley chat show`.
struct ChatShow: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a chat.")

    @Argument(help: "The chat id")
    var id: String

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        AdminCall(.get, "/admin/chats/\(AdminCall.encoded(id))")
    }
}
