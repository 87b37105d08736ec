import ArgumentParser

/// `parley token revoke`.
struct TokenRevoke: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revoke a token; its sessions end.")

    @Argument(help: "The token id")
    var id: String

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        AdminCall(.delete, "/admin/tokens/\(AdminCall.encoded(id))")
    }
}
