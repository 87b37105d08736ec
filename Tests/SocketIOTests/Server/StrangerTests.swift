import EngineIO
import NIOCore
import SocketIO
import Testing

@Suite("Clients that are in no namespace", .timeLimit(.minutes(5)))
struct StrangerTests {
    private static let short = Duration.milliseconds(200)

    /// Waits until the server has closed, whatever it says before.
    private func waitForEnd(of client: WireClient) async { while await client.next() != nil {} }

    @Test("Whoever leaves the last namespace goes at the connect timeout")
    func left() async throws {
        try await TestServer.with(connectTimeout: Self.short) { io in
            io.onConnection { socket in socket.on("echo") { $0.ack?.send($0.arguments) } }
        } _: { server in
            let (client, _) = try await WireClient.connect(port: server.port)
            try await client.send("420[\"echo\"]")
            #expect(await client.nextText() == "430[]")
            try await client.send("41")
            await waitForEnd(of: client)
        }
    }

    @Test("Whoever leaves and enters again stays")
    func back() async throws {
        try await TestServer.with(connectTimeout: Self.short) { io in
            io.onConnection { socket in socket.on("echo") { $0.ack?.send($0.arguments) } }
        } _: { server in
            let (client, _) = try await WireClient.connect(port: server.port)
            try await client.send("41")
            try await client.send("40")
            #expect(await client.nextText()?.hasPrefix("40{") == true)
            // One that came later is gone by then.
            await waitForEnd(of: try await WireClient.open(port: server.port))
            try await client.send("421[\"echo\"]")
            #expect(await client.nextText() == "431[]")
        }
    }

    @Test("Whoever is refused goes at the connect timeout, however often it tries")
    func refused() async throws {
        try await TestServer.with(connectTimeout: Self.short) { io in
            io.use { _ in throw ConnectError("no") }
        } _: { server in
            let (client, answer) = try await WireClient.connect(port: server.port)
            #expect(answer == "44{\"message\":\"no\"}")
            await waitForEnd(of: client)
        }
    }

    @Test("After sixteen refusals a connection is closed")
    func manyRefusals() async throws {
        try await TestServer.with { _ in
        } _: { server in
            let client = try await WireClient.open(port: server.port)
            for _ in 0..<100 { try await client.send("40/nowhere,") }
            var refusals = 0
            while await client.nextText() == "44/nowhere,{\"message\":\"Invalid namespace\"}" { refusals += 1 }
            #expect(refusals == 16)
        }
    }

    @Test(
        "A stranger may send CONNECT and nothing else, and no long one",
        arguments: [
            "42[\"x\"]", "451-[\"x\",{\"_placeholder\":true,\"num\":0}]", "430[]", "41",
            "40{\"token\":\"" + String(repeating: "x", count: 17_000) + "\"}",
            "40/" + String(repeating: "x", count: 200) + ",",
        ])
    func connectOnly(text: String) async throws {
        try await TestServer.with { _ in
        } _: { server in
            let client = try await WireClient.open(port: server.port)
            try await client.send(text)
            await waitForEnd(of: client)
        }
    }

    @Test("A token of sixteen thousand bytes gets in; once in, packets are as long as configured")
    func longToken() async throws {
        try await TestServer.with { io in
            io.onConnection { socket in
                socket.on("size") { $0.ack?.send([.integer(Int64($0.arguments[0].string?.count ?? 0))]) }
            }
        } _: { server in
            let auth = "{\"token\":\"" + String(repeating: "x", count: 16_000) + "\"}"
            let (client, answer) = try await WireClient.connect(port: server.port, auth: auth)
            #expect(answer.hasPrefix("40{\"sid\""))
            try await client.send("420[\"size\",\"" + String(repeating: "y", count: 60_000) + "\"]")
            #expect(await client.nextText() == "430[60000]")
        }
    }
}
