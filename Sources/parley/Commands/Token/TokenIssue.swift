import ArgumentParser

/// `parley token issue`.
struct TokenIssue: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue", abstract: "Issue a token for a user.")

    @Argument(help: "The user, by id or username")
    var user: UserReference

    @Flag(name: .customLong("by-id"), help: "The argument is a user id and no username")
    var byID = false

    @Flag(help: "Make the user if there is none")
    var create = false

    @Option(help: "Seconds until it expires (default: 30 days)")
    var ttl: Int?

    @Option(help: "What it is for")
    var label: String?

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        var body = CallBody()
        if byID {
            body.set("user_id", users.givenID(of: user))
        } else {
            let (id, username) = try await users.idOrUsername(of: user)
            body.set("user_id", id)
            body.set("username", username)
        }
        body.set("create", create)
        body.set("ttl_seconds", ttl)
        body.set("label", label)
        return AdminCall(.post, "/admin/tokens", body: body.encoded())
    }
}
