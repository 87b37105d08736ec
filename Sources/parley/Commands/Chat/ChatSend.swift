import ArgumentParser

/// `parley chat send`.
struct ChatSend: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Send a message: a system message, or in the name of a member.")

    @Argument(help: "The chat id")
    var id: String

    @Argument(help: "The text")
    var content: String

    @Option(help: "A member, by id or username")
    var sender: UserReference?

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        var body = CallBody()
        body.set("content", content)
        if let sender { body.set("sender_id", try await users.id(of: sender)) }
        return AdminCall(.post, "/admin/chats/\(AdminCall.encoded(id))/messages", body: body.encoded())
    }
}
