import ArgumentParser

/// `parley user disconnect`.
struct UserDisconnect: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "disconnect", abstract: "End the sessions of a user.")

    @Argument(help: "The user id")
    var id: String

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call() throws -> AdminCall {
        AdminCall(.post, "/admin/users/\(AdminCall.encoded(id))/disconnect")
    }
}
