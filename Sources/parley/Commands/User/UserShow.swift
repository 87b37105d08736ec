import ArgumentParser

/// `parley user show`.
struct UserShow: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a user.")

    @Argument(help: "The user id")
    var id: String

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call() throws -> AdminCall {
        AdminCall(.get, "/admin/users/\(AdminCall.encoded(id))")
    }
}
