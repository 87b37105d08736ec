import ArgumentParser

/// `parley user delete`.
struct UserDelete: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a user; the messages stay as a deleted user's.")

    @Argument(help: "The user id")
    var id: String

    @Flag(help: "Make tombstones of the user's messages")
    var messages = false

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call() throws -> AdminCall {
        AdminCall(.delete, "/admin/users/\(AdminCall.encoded(id))" + (messages ? "?messages=delete" : ""))
    }
}
