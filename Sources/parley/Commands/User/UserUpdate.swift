import ArgumentParser

/// `parley user update`.
struct UserUpdate: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Change a user; an empty text clears a field.")

    @Argument(help: "The user, by id or username")
    var user: UserReference

    @Option(help: "The new username")
    var username: String?

    @OptionGroup var profile: UserProfile
    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        var body = CallBody()
        body.set("username", username)
        body.change("display_name", profile.displayName)
        body.change("avatar_url", profile.avatarURL)
        return AdminCall(.patch, "/admin/users/\(try await users.path(of: user))", body: body.encoded())
    }
}
