import ArgumentParser

/// `parley chat messages`.
struct ChatMessages: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "messages", abstract: "List the messages of a chat, ascending.")

    @Argument(help: "The chat id")
    var id: String

    @Option(help: "Only those before this seq")
    var before: Int?

    @OptionGroup var page: PageOptions

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        AdminCall(
            .get, page.path("/admin/chats/\(AdminCall.encoded(id))/messages", [("before", before.map { String($0) })]))
    }
}
