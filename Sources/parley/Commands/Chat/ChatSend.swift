import ArgumentParser

/// `parley chat send`.
struct ChatSend: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Send a message: a system message, or in the name of a member.")

    @OptionGroup var message: MessageDraft
    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall { try await message.call(users) }
}
