import ArgumentParser

/// `parley chat add`.
struct ChatAdd: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a member, or change the role.")

    @Argument(help: "The chat id")
    var id: String

    @Argument(help: "The user id")
    var userID: String

    @Option(help: "owner, admin or member")
    var role: String?

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call() throws -> AdminCall {
        var body = CallBody()
        body.set("role", role)
        let path = "/admin/chats/\(AdminCall.encoded(id))/members/\(AdminCall.encoded(userID))"
        return AdminCall(.put, path, body: try body.encoded())
    }
}
