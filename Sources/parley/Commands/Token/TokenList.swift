import ArgumentParser

/// `parley token list`.
struct TokenList: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List tokens.")

    @Option(name: .customLong("user-id"), help: "Only those of a user")
    var userID: String?

    @OptionGroup var page: PageOptions

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call() throws -> AdminCall {
        AdminCall(.get, page.path("/admin/tokens", [("user_id", userID)]))
    }
}
