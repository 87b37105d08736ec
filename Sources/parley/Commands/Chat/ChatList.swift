import ArgumentParser

/// `parley chat list`.
struct ChatList: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List chats.")

    @Option(help: "A part of the name")
    var find: String?

    @OptionGroup var page: PageOptions

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        AdminCall(.get, page.path("/admin/chats", [("q", find)]))
    }
}
