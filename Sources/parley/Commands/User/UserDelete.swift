import ArgumentParser

/// `parley user delete`.
struct UserDelete: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a user; the messages stay as a deleted user's.")

    @Argument(help: "The user, by id or username")
    var user: UserReference

    @Flag(help: "Make tombstones of the user's messages")
    var messages = false

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        AdminCall(.delete, "/admin/users/\(try await users.path(of: user))" + (messages ? "?messages=delete" : ""))
    }
}
