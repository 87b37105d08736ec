import ArgumentParser

/// `parley chat rename`.
struct ChatRename: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "rename", abstract: "Give a chat another name; an empty one takes it away.")

    @Argument(help: "The chat id")
    var id: String

    @Argument(help: "The new name")
    var name: String

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        var body = CallBody()
        body.change("name", name)
        return AdminCall(.patch, "/admin/chats/\(AdminCall.encoded(id))", body: body.encoded())
    }
}
