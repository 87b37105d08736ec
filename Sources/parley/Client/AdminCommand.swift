import ArgumentParser
import JSON

/// A command that is one call of the admin endpoint.
protocol AdminCommand: AsyncParsableCommand {
    var connection: AdminConnection { get }
    var output: AdminOutput { get }
    /// The call that the command line means.
    func call(_ users: UserLookup) async throws -> AdminCall
    /// How to get at what a list does not show, where its `next` does not tell.
    func more(of list: JSONValue) -> String?
}

extension AdminCommand {
    func more(of list: JSONValue) -> String? { nil }

    func run() async throws {
        let client = try connection.client()
        let answer = try await client.perform(try await call(UserLookup(perform: client.perform)))
        try output.show(answer, more: more)
    }
}
