import ArgumentParser

/// `parley user unblock`.
struct UserUnblock: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "unblock", abstract: "Admit a user again.")

    @Argument(help: "The user id")
    var id: String

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call() throws -> AdminCall {
        AdminCall(.post, "/admin/users/\(AdminCall.encoded(id))/unblock")
    }
}
