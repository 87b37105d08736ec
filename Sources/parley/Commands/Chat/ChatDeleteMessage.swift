import ArgumentParser

/// `parley chat delete-message`.
struct ChatDeleteMessage: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete-message", abstract: "Make a tombstone of a message.")

    @Argument(help: "The message id")
    var id: String

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        AdminCall(.delete, "/admin/messages/\(AdminCall.encoded(id))")
    }
}
