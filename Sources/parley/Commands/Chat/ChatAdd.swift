import ArgumentParser
import ChatCore

/// `parley chat add`.
struct ChatAdd: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a member, or change the role.")

    @Argument(help: "The chat id")
    var id: String

    @Argument(help: "The user, by id or username")
    var user: UserReference

    @Option(help: "owner, admin or member", completion: .oneOf(Member.Role.self))
    var role: String?

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        var body = CallBody()
        body.set("role", role)
        let path = "/admin/chats/\(AdminCall.encoded(id))/members/\(try await users.path(of: user))"
        return AdminCall(.put, path, body: body.encoded())
    }
}
