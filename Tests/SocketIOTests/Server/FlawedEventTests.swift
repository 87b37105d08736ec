import EngineIO
import JSON
import NIOCore
import SocketIO
import Testing

@Suite("Events that bring more than is taken", .timeLimit(.minutes(5)))
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
        func socket(_ socket: Socket, didReceive event: ByteString, arguments: EventArguments, ackID: Int?) {
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

    /// Well-formed JSON that cannot be held as it stands, and what it is refused as; "fine" where it can.
    private static let hardToHold = [
        ("1e309", "numberTooLarge"), ("-1e309", "numberTooLarge"), ("1E+400", "numberTooLarge"),
        (String(repeating: "9", count: 400), "numberTooLarge"), ("[{\"a\":1e309}]", "numberTooLarge"),
        ("1e308", "fine"), ("1e-400", "fine"), ("-0", "fine"), ("9223372036854775808", "fine"),
        ("-9223372036854775809", "fine"), ("123456789012345678901234567890", "fine"),
        ("0.1000000000000000055511151231257827", "fine"), ("{\"a\":1,\"a\":2}", "fine"),
        ("[1e309,1,2,3,4,5,6,7,8,9,10,11]", "numberTooLarge"),
    ]

    @Test("What is well-formed and cannot be held is answered, and the connection stays", arguments: hardToHold)
    func cannotBeHeld(text: String, verdict: String) async throws {
        try await withClient { client in
            try await client.send("421[\"x\",{\"a\":" + text + "}]")
            let answer = verdict == "fine" ? "431[\"fine\"]" : "431[\"x\",\"\(verdict)\"]"
            #expect(await client.nextText() == answer)
            try await client.send("422[\"x\"]")
            #expect(await client.nextText() == "432[\"fine\"]")
        }
    }

    /// Well-formed JSON (RFC 8259 section 8.2) that is no text, and the member that it is in.
    private static let broken = [
        (#"{"a":"\ud800"}"#, "a"), (#"{"a":1,"b":["x",{"c":"\udc00x"}],"d":2}"#, "b"), (#"{"a":"\ud800\u0061"}"#, "a"),
        (#"{"a":"\udc00\ud800"}"#, "a"), (#"{"z":1,"\ud800":2}"#, "\u{FFFD}"), (#""\ud800""#, nil),
    ]

    @Test("Half a surrogate pair is refused by the field that it is in, and the connection stays", arguments: broken)
    func brokenText(text: String, field: String?) async throws {
        try await withClient { client in
            try await client.send("421[\"x\"," + text + "]")
            let flaw = EventFlaw.brokenText(field: field.map { ByteString($0) })
            let answer = JSONValue.array(["x", .string(ByteString("\(flaw)"))])
            #expect(await client.nextText() == "431" + answer.text)
            try await client.send(#"422["x",{"a":"\ud83d\ude00"}]"#)
            #expect(await client.nextText() == "432[\"fine\"]")
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
