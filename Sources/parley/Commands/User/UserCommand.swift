import ArgumentParser

/// `parley user …`.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Users, through the admin endpoint.",
        subcommands: [
            UserCreate.self, UserList.self, UserShow.self, UserChats.self, UserUpdate.self, UserDelete.self,
            UserBlock.self, UserUnblock.self, UserDisconnect.self, UserRevokeTokens.self,
        ])
}
