import ArgumentParser

/// `parley user create`.
struct UserCreate: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a user.")

    @Argument(help: "Unique, whatever its case")
    var username: String

    @Option(help: "1-128 visible ASCII characters (default: a UUID)")
    var id: String?

    @OptionGroup var profile: UserProfile
    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        var body = CallBody()
        body.set("username", username)
        body.set("id", id)
        body.set("display_name", profile.displayName)
        body.set("avatar_url", profile.avatarURL)
        return AdminCall(.post, "/admin/users", body: body.encoded())
    }
}
