import ArgumentParser

/// `parley user create`.
struct UserCreate: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a user.")

    @Argument(help: "Unique, whatever its case")
    var username: String

    @Option(help: "1-64 of A-Z a-z 0-9 _ . : - (default: a UUID)")
    var id: String?

    @Option(help: "The name shown")
    var displayName: String?

    @Option(name: .customLong("avatar-url"), help: "Address of a picture")
    var avatarURL: String?

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call() throws -> AdminCall {
        var body = CallBody()
        body.set("username", username)
        body.set("id", id)
        body.set("display_name", displayName)
        body.set("avatar_url", avatarURL)
        return AdminCall(.post, "/admin/users", body: try body.encoded())
    }
}
