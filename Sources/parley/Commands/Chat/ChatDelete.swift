import ArgumentParser

/// `parley chat delete`.
struct ChatDelete: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a chat and its messages.")

    @Argument(help: "The chat id")
    var id: String

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        AdminCall(.delete, "/admin/chats/\(AdminCall.encoded(id))")
    }
}
