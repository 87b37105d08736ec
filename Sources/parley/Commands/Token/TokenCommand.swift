import ArgumentParser

/// `parley token …`.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Tokens, through the admin endpoint.",
        subcommands: [
            TokenIssue.self, TokenList.self, TokenRevoke.self,
        ])
}
