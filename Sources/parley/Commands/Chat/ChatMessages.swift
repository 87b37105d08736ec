import ArgumentParser
import JSON

/// `parley chat messages`.
struct ChatMessages: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "messages", abstract: "List the newest messages of a chat, ascending.")

    @OptionGroup var page: MessagePage
    @OptionGroup var connection: AdminConnection
    @OptionGroup var output: AdminOutput

    func call(_ users: UserLookup) async throws -> AdminCall { page.call }
    func more(of list: JSONValue) -> String? { page.more(of: list) }
}
