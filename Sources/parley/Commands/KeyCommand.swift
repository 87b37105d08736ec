import ArgumentParser

/// `parley key …`.
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "The key that signs tokens, through the admin endpoint.",
        subcommands: [KeyRotate.self])
}

/// `parley key rotate`.
struct KeyRotate: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Make a new signing key. Tokens of the old one hold until they expire, unless revoked.")

    @Flag(help: "Revoke every token of older keys: all their sessions end")
    var revoke = false

    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall {
        AdminCall(.post, "/admin/keys/rotate" + (revoke ? "?revoke=true" : ""))
    }
}
