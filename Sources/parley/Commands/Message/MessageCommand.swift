import ArgumentParser
import JSON

/// `parley message …`; the same as `parley chat messages`, `send` and `delete-message`.
struct MessageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "message", abstract: "Messages, through the admin endpoint.",
        subcommands: [MessageList.self, MessageSend.self, MessageDelete.self])
}

/// `parley message list`.
struct MessageList: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the newest messages of a chat, ascending.")

    @OptionGroup var page: MessagePage
    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall { page.call }
    func more(of list: JSONValue) -> String? { page.more(of: list) }
}

/// `parley message send`.
struct MessageSend: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Send a message: a system message, or in the name of a member.")

    @OptionGroup var message: MessageDraft
    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall { try await message.call(users) }
}

/// `parley message delete`.
struct MessageDelete: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Make a tombstone of a message.")

    @OptionGroup var message: MessageName
    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall { message.deletion }
}
