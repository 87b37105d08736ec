import ArgumentParser

/// `parley token create`, of old `issue`.
struct TokenIssue: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a token for a user.", aliases: ["issue"])

    @Argument(help: "The user, by id or username")
    var user: UserReference

    @Flag(name: .customLong("by-id"), help: "The argument is a user id and no username")
    var byID = false

    @Flag(help: "Make the user if there is none")
    var create = false

    @Option(help: ArgumentHelp("Until it expires: 90s, 12h, 30d, or seconds (default: 30d)", valueName: "TIME"))
    var ttl: DurationSetting?

    @Option(help: "What it is for")
    var label: String?

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func validate() throws {
        if let ttl, ttl.wholeSeconds == nil { throw ValidationError("--ttl must be whole seconds.") }
    }

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
        body.set("ttl_seconds", ttl?.wholeSeconds)
        body.set("label", label)
        return AdminCall(.post, "/admin/tokens", body: body.encoded())
    }
}
