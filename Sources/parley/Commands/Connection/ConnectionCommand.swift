import ArgumentParser

/// `parley connection …`.
struct ConnectionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connection", abstract: "Live connections, through the admin endpoint.",
        subcommands: [ConnectionList.self, ConnectionDisconnect.self])
}

/// `parley connection list`.
struct ConnectionList: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the connections that are signed in.")

    @OptionGroup var page: PageOptions
    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall { AdminCall(.get, page.path("/admin/connections")) }
}

/// `parley connection disconnect`.
struct ConnectionDisconnect: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "disconnect", abstract: "End a connection; its client comes back with its token.")

    @Argument(help: "The sid of the connection")
    var sid: String

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        AdminCall(.delete, "/admin/connections/\(AdminCall.encoded(sid))")
    }
}
