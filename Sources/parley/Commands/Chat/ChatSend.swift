import ArgumentParser

/// `parley chat send`.
struct ChatSend: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Send a message: a system message, or in the name of a member.")

    @Argument(help: "The chat id")
    var id: String

    @Argument(help: "The text")
    var content: String

    @Option(help: "The user id of a member")
    var sender: String?

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call() throws -> AdminCall {
        var body = CallBody()
        body.set("content", content)
        body.set("sender_id", sender)
        return AdminCall(.post, "/admin/chats/\(AdminCall.encoded(id))/messages", body: try body.encoded())
    }
}
