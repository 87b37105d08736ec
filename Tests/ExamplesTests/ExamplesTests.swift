import SocketServer
import SocketTestKit
import Testing

@testable import ChatExample
@testable import HummingbirdExample

/// The programs that the documentation shows, with clients at them.
@Suite("Examples of the documentation", .timeLimit(.minutes(1)))
struct ExamplesTests {
    private func port(_ addresses: [ListenAddress]) throws -> Int {
        guard case .tcp(_, let port)? = addresses.first else { throw RawClientError.malformed }
        return port
    }

    /// A client in the main namespace, and the answer to its CONNECT.
    private func enter(_ port: Int, auth: String = "") async throws -> (RawClient, String) {
        let client = try await RawClient.connect(port: port)
        _ = try await client.upgrade("/socket.io/?EIO=4&transport=websocket")
        #expect(try await client.readText().hasPrefix("0{"))
        try await client.sendText("40" + auth)
        return (client, try await client.readText())
    }

    @Test("The chat: a name, rooms, who is in them, what they say, and that one has left")
    func chat() async throws {
        let (server, addresses) = try await Chat.start(port: 0)
        let port = try port(addresses)
        let (stranger, refusal) = try await enter(port)
        #expect(refusal == "44{\"message\":\"Who are you?\"}")
        let (ann, _) = try await enter(port, auth: "{\"name\":\"ann\"}")
        let (bob, _) = try await enter(port, auth: "{\"name\":\"bob\"}")
        try await ann.sendText("420[\"join\",\"lobby\"]")
        #expect(try await ann.readText() == "430[[\"ann\"]]")
        try await bob.sendText("420[\"say\",{\"room\":\"lobby\",\"text\":\"too early\"}]")
        #expect(try await bob.readText() == "430[{\"error\":{\"message\":\"You are not in that room.\"}}]")
        try await bob.sendText("421[\"join\",\"lobby\"]")
        #expect(try await ann.readText() == "42[\"joined\",\"lobby\",\"bob\"]")
        let members = try await bob.readText()
        #expect(members.hasPrefix("431[[") && members.contains("\"ann\"") && members.contains("\"bob\""))
        try await bob.sendText("422[\"say\",{\"room\":\"lobby\",\"text\":\"hi\"}]")
        let said = "42[\"said\",{\"room\":\"lobby\",\"text\":\"hi\"},\"bob\"]"
        #expect(try await ann.readText() == said)
        #expect(try await bob.readText() == said)
        #expect(try await bob.readText() == "432[true]")
        try await bob.sendText("423[\"say\",\"no line\"]")
        let flaw = "433[{\"error\":{\"message\":\"Argument 1 is missing, or not what this event takes.\"}}]"
        #expect(try await bob.readText() == flaw)
        try await bob.close()
        #expect(try await ann.readText() == "42[\"left\",\"bob\"]")
        for client in [stranger, ann] { try await client.close() }
        await server.shutdown(within: .seconds(5))
    }

    @Test("A Hummingbird router and Socket.IO on one port, and the one tells the clients of the other")
    func hummingbird() async throws {
        let (server, addresses) = try await Server.start(port: 0)
        let port = try port(addresses)
        let http = try await RawClient.connect(port: port)
        let hello = try await http.request("GET", "/")
        #expect(hello.status == 200 && hello.body == "Hello.")
        #expect(try await http.request("GET", "/nowhere").status == 404)
        let (client, answer) = try await enter(port)
        #expect(answer.hasPrefix("40{"))
        try await client.sendText("420[\"watch\",\"lamp\"]")
        #expect(try await client.readText() == "430[true]")
        #expect(try await http.request("PUT", "/items/lamp", body: "on").status == 204)
        #expect(try await client.readText() == "42[\"changed\",\"lamp\",\"on\"]")
        try await client.close()
        try await http.close()
        await server.shutdown(within: .seconds(5))
    }
}
