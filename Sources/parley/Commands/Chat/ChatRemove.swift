import ArgumentParser

/// `parley chat remove`.
struct ChatRemove: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a member.")

    @Argument(help: "The chat id")
    var id: String

    @Argument(help: "The user id")
    var userID: String

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call() throws -> AdminCall {
        AdminCall(.delete, "/admin/chats/\(AdminCall.encoded(id))/members/\(AdminCall.encoded(userID))")
    }
}
