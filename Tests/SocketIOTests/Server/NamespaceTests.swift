import EngineIO
import NIOCore
import NIOHTTP1
import SocketIO
import Testing

@Suite struct NamespaceTests {
    @Test("A namespace that nobody mentioned is refused, and the connection lives on")
    func invalidNamespace() async throws {
        try await TestServer.with { _ in
        } _: { server in
            let (client, answer) = try await WireClient.connect(port: server.port, namespace: "/nowhere")
            #expect(answer == "44/nowhere,{\"message\":\"Invalid namespace\"}")
            try await client.send("40")
            #expect(await client.nextText()?.hasPrefix("40{\"sid\":") == true)
            await client.close()
        }
    }

    @Test("Namespaces share a connection and nothing else")
    func isolation() async throws {
        try await TestServer.with { io in
            for name in ["/", "/custom"] {
                io.of(name).onConnection { socket in
                    socket.join("room")
                    socket.on("who") { $0.ack?.send([.string(socket.namespace.name)]) }
                }
            }
        } _: { server in
            let (client, _) = try await WireClient.connect(port: server.port)
            try await client.send("40/custom,{}")
            #expect(await client.nextText()?.hasPrefix("40/custom,{\"sid\":") == true)
            try await client.send("42/custom,1[\"who\"]")
            #expect(await client.nextText() == "43/custom,1[\"/custom\"]")
            try server.io.of("/custom").to("room").emit("x")
            #expect(await client.nextText() == "42/custom,[\"x\"]")
            try await client.send("41/custom,")
            try await client.send("421[\"who\"]")
            #expect(await client.nextText() == "431[\"/\"]")
            await client.close()
        }
    }

    @Test("Middleware sees auth, headers, query and address, is asked in order, and may refuse with data")
    func middleware() async throws {
        try await TestServer.with { io in
            io.use { request in
                guard request.handshake.headers["x-key"].first == "1" else { throw ConnectError("first") }
            }
            io.use { request in
                struct Unexpected: Error {}
                guard request.handshake.query["room"] == "9" else { throw Unexpected() }
                #expect(request.handshake.remoteAddress == "127.0.0.1")
                guard request.auth["token"] == "t" else { throw ConnectError("second", data: ["code": 7]) }
            }
        } _: { server in
            let refused: [(query: String, headers: String, auth: String, answer: String)] = [
                ("", "", "", "44{\"message\":\"first\"}"),
                ("", "X-Key: 1\r\n", "", "44{\"message\":\"Internal error\"}"),
                ("&room=9", "X-Key: 1\r\n", "", "44{\"message\":\"second\",\"data\":{\"code\":7}}"),
            ]
            for attempt in refused {
                let (client, answer) = try await WireClient.connect(
                    port: server.port, auth: attempt.auth, query: attempt.query, headers: attempt.headers)
                #expect(answer == attempt.answer)
                await client.close()
            }
            let (client, answer) = try await WireClient.connect(
                port: server.port, auth: "{\"token\":\"t\"}", query: "&room=9", headers: "X-Key: 1\r\n")
            #expect(answer.hasPrefix("40{"))
            await client.close()
        }
    }

    @Test("A second CONNECT to a namespace one is in closes the connection; an event before CONNECT too")
    func invalidStates() async throws {
        try await TestServer.with { _ in
        } _: { server in
            let (twice, _) = try await WireClient.connect(port: server.port)
            try await twice.send("40")
            #expect(await twice.next() == nil)
            let early = try await WireClient.open(port: server.port)
            try await early.send("42[\"x\"]")
            #expect(await early.next() == nil)
        }
    }

    @Test("A client that enters nothing is closed after the connect timeout; one that did stays")
    func connectTimeout() async throws {
        try await TestServer.with(connectTimeout: .seconds(3)) { io in
            io.onConnection { socket in socket.on("alive") { $0.ack?.send([]) } }
        } _: { server in
            let (stays, _) = try await WireClient.connect(port: server.port)
            let idle = try await WireClient.open(port: server.port)
            #expect(await idle.next() == nil)
            try await stays.send("420[\"alive\"]")
            #expect(await stays.nextText() == "430[]")
            await stays.close()
        }
    }
}
