import EngineIO
import NIOCore
import SocketIO
import Testing

@Suite("Events that bring more than is taken", .timeLimit(.minutes(1)))
struct FlawedEventTests {
    /// Takes neither bytes nor many values, and answers what an event was.
    private struct Gate: ConnectionGate {
        func admit(_ request: ConnectRequest, decide: @escaping @Sendable (ConnectDecision) -> Void) {
            var acceptance = ConnectDecision.Acceptance { _ in Handler() }
            acceptance.eventLimits.takesBinary = false
            acceptance.eventLimits.maxValues = 10
            decide(.accept(acceptance))
        }
    }

    private final class Handler: SocketHandler {
        func socketDidConnect(_ socket: Socket) { _ = socket.release(after: 0) }

        func socket(_ socket: Socket, didReceive event: ByteString, arguments: [JSONValue], ackID: Int?) {
            if let ackID { socket.acknowledge(ackID, with: ["fine"]) }
        }

        func socket(_ socket: Socket, didReceiveUnusable event: ByteString, because flaw: EventFlaw, ackID: Int?) {
            if let ackID { socket.acknowledge(ackID, with: [.string(event), .string("\(flaw)")]) }
        }

        func socket(_ socket: Socket, didDisconnect reason: DisconnectReason) {}
    }

    private func withClient(_ body: @Sendable (WireClient) async throws -> Void) async throws {
        try await TestServer.with { $0.of("/").setGate(Gate()) } _: { server in
            let (client, _) = try await WireClient.connect(port: server.port)
            try await body(client)
        }
    }

    @Test("However deep an event nests, it is answered, and the connection stays", arguments: [63, 64, 200, 20_000])
    func deep(depth: Int) async throws {
        try await withClient { client in
            let nest = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            try await client.send("421[\"x\"," + nest + "]")
            #expect(await client.nextText()?.hasPrefix("431[\"x\",\"too") == true)
            try await client.send("422[\"x\",{\"a\":" + nest + "}]")
            #expect(await client.nextText()?.hasPrefix("432[\"x\",\"too") == true)
            try await client.send("423[\"x\"]")
            #expect(await client.nextText() == "433[\"fine\"]")
        }
    }

    @Test(
        "Malformed text closes the connection, however deep it lies",
        arguments: ["[1,]", "{\"a\" 1}", "tru", "\"\u{1}\""])
    func malformed(text: String) async throws {
        try await withClient { client in
            let nest = String(repeating: "[", count: 100) + text + String(repeating: "]", count: 100)
            try await client.send("421[\"x\"," + nest + "]")
            #expect(await client.next() == nil)
        }
    }

    @Test("More values than are taken are not made")
    func values() async throws {
        try await withClient { client in
            try await client.send("421[\"x\",[1,2,3,4,5,6,7]]")
            #expect(await client.nextText() == "431[\"fine\"]")
            try await client.send("422[\"x\",[1,2,3,4,5,6,7,{\"a\":[1,2]},9]]")
            #expect(await client.nextText() == "432[\"x\",\"tooManyValues\"]")
            let members = "abcdefghi".map { "\"\($0)\":1" }.joined(separator: ",")
            try await client.send("423[\"x\",{\(members)}]")
            #expect(await client.nextText() == "433[\"x\",\"tooManyValues\"]")
        }
    }

    @Test("An event with bytes is answered after them, and its bytes are nobody's")
    func binary() async throws {
        try await withClient { client in
            try await client.send("452-1[\"x\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]")
            try await client.send(binary: [1])
            try await client.send(binary: [2])
            #expect(await client.nextText() == "431[\"x\",\"binary\"]")
            try await client.send("422[\"x\"]")
            #expect(await client.nextText() == "432[\"fine\"]")
        }
    }
}
