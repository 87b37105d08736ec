import ArgumentParser

/// `parley chat create`.
struct ChatCreate: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a chat.")

    @Argument(help: "Its name (none for a direct chat)")
    var name: String?

    @Option(help: "1-64 of A-Z a-z 0-9 _ . : - (default: a UUID)")
    var id: String?

    @Flag(help: "A direct chat of two users")
    var direct = false

    @Option(help: "A member, by id or username; repeatable", completion: .custom(UserCompletion.names))
    var member: [String] = []

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        var body = CallBody()
        body.set("name", name)
        body.set("id", id)
        body.set("type", direct ? "direct" : nil)
        body.set("member_ids", member)
        return AdminCall(.post, "/admin/chats", body: body.encoded())
    }
}
