import ArgumentParser

/// A command that is one call of the admin endpoint.
protocol AdminCommand: AsyncParsableCommand {
    var connection: AdminConnection { get }
    var output: AdminOutput { get }
    /// The call that the command line means.
    func call() throws -> AdminCall
}

extension AdminCommand {
    func run() async throws {
        let answer = try await connection.client().perform(try call())
        try output.show(answer)
    }
}
