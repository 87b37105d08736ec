import ArgumentParser

/// `parley user block`.
struct UserBlock: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "block", abstract: "Refuse a user and end the sessions.")

    @Argument(help: "The user id")
    var id: String

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call() throws -> AdminCall {
        AdminCall(.post, "/admin/users/\(AdminCall.encoded(id))/block")
    }
}
