import ArgumentParser

/// `parley`. Without a command it serves.
struct ParleyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parley",
        abstract: "A chat appliance: one executable, one SQLite file, stock Socket.IO clients.",
        version: Version.text,
        subcommands: [
            ServeCommand.self, UserCommand.self, ChatCommand.self, MessageCommand.self, TokenCommand.self,
            KeyCommand.self, ConnectionCommand.self, StatsCommand.self, BackupCommand.self, RestoreCommand.self,
            CheckCommand.self, ExportCommand.self, ImportCommand.self, ConfigCommand.self, HealthcheckCommand.self,
        ],
        defaultSubcommand: ServeCommand.self)
}
