import ArgumentParser

/// `parley token issue`.
struct TokenIssue: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue", abstract: "Issue a token for a user.")

    @Argument(help: "Username (or the id, with --by-id)")
    var user: String

    @Flag(name: .customLong("by-id"), help: "The argument is a user id")
    var byID = false

    @Flag(help: "Make the user if there is none")
    var create = false

    @Option(help: "Seconds until it expires (default: 30 days)")
    var ttl: Int?

    @Option(help: "What it is for")
    var label: String?

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call() throws -> AdminCall {
        var body = CallBody()
        body.set(byID ? "user_id" : "username", user)
        body.set("create", create)
        body.set("ttl_seconds", ttl)
        body.set("label", label)
        return AdminCall(.post, "/admin/tokens", body: try body.encoded())
    }
}
