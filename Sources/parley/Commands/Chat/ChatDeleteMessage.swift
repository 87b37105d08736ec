import ArgumentParser

/// `parley chat delete-message`.
struct ChatDeleteMessage: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete-message", abstract: "Make a tombstone of a message.")

    @OptionGroup var message: MessageName
    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall { message.deletion }
}
