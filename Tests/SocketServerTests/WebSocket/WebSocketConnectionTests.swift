import NIOCore
import SocketServer
import SocketTestKit
import Testing

@Suite("WebSocket over sockets", .timeLimit(.minutes(5)))
struct WebSocketConnectionTests {
    private func withEcho(
        limit: Int = 1000,
        change: (inout SocketServerConfiguration) -> Void = { $0.limits.closeTimeout = .seconds(60) },
        body: (TestServer) async throws -> Void
    ) async throws {
        var routes = HTTPRoutes(fallback: EchoResponder())
        routes.add("/echo", EchoSocket.Service(limit: limit))
        try await TestServer.with(routes, change: change, body: body)
    }

    @Test("An upgrade as the third request of a connection works")
    func nthRequest() async throws {
        try await withEcho { server in
            let client = try await server.connect()
            #expect(try await client.request("GET", "/1").status == 200)
            #expect(try await client.request("POST", "/2", body: "x").status == 200)
            let answer = try await client.upgrade("/echo")
            #expect(answer.status == 101)
            #expect(answer["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
            try await client.sendText("hello")
            #expect(try await client.readText() == "hello")
        }
    }

    @Test("Frames that arrive with the handshake are not lost")
    func eager() async throws {
        try await withEcho { server in
            let client = try await server.connect()
            let handshake =
                "GET /echo HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            try await client.send(
                Array(handshake.utf8) + RawFrame.encode(opcode: 1, payload: Array("one".utf8))
                    + RawFrame.encode(opcode: 1, payload: Array("two".utf8)))
            #expect(try await client.readResponse().status == 101)
            #expect(try await client.readText() == "one")
            #expect(try await client.readText() == "two")
        }
    }

    @Test("A handshake that is none is refused, and the connection serves on")
    func refused() async throws {
        try await withEcho { server in
            let client = try await server.connect()
            let old = try await client.upgrade("/echo", headers: ["Sec-WebSocket-Version": "8"])
            #expect(old.status == 426)
            #expect(old["sec-websocket-version"] == "13")
            #expect(try await client.upgrade("/echo", headers: ["Sec-WebSocket-Key": "x"]).status == 400)
            #expect(try await client.request("GET", "/").status == 200)
        }
    }

    @Test("A ping is answered with its payload, between fragments too")
    func ping() async throws {
        try await withEcho { server in
            let client = try await server.connect()
            _ = try await client.upgrade("/echo")
            try await client.send(RawFrame.encode(opcode: 1, payload: [0x61], isFinal: false))
            try await client.send(RawFrame.encode(opcode: 9, payload: [1, 2, 3]))
            #expect(try await client.readFrame() == RawFrame(opcode: 10, payload: [1, 2, 3]))
            try await client.send(RawFrame.encode(opcode: 0, payload: [0x62]))
            #expect(try await client.readText() == "ab")
        }
    }

    @Test("A close is answered with its code, and the connection ends")
    func peerCloses() async throws {
        try await withEcho { server in
            let client = try await server.connect()
            _ = try await client.upgrade("/echo")
            try await client.send(RawFrame.encode(opcode: 8, payload: [0x0F, 0xA0]))
            #expect(try await client.readFrame().closeCode == 4000)
            await client.waitForEnd()
        }
    }

    @Test("After the server's close the client's answer ends the connection")
    func serverCloses() async throws {
        try await withEcho { server in
            let client = try await server.connect()
            _ = try await client.upgrade("/echo")
            try await client.sendText("close me")
            #expect(try await client.readFrame().closeCode == 1001)
            try await client.send(RawFrame.encode(opcode: 8, payload: [0x03, 0xE9]))
            await client.waitForEnd()
        }
    }

    @Test("A client that does not answer a close is not waited for")
    func closeTimeout() async throws {
        try await withEcho(change: { $0.limits.closeTimeout = .milliseconds(50) }) { server in
            let client = try await server.connect()
            _ = try await client.upgrade("/echo")
            try await client.sendText("close me")
            #expect(try await client.readFrame().closeCode == 1001)
            await client.waitForEnd()
        }
    }

    @Test(
        "A violation is told by its code, and the connection ends",
        arguments: [
            ([0x81, 0x01, 0x61], 1002), (RawFrame.encode(opcode: 1, payload: [0xFF]), 1007),
            (RawFrame.encode(opcode: 2, payload: [UInt8](repeating: 1, count: 1001)), 1009),
            ([0xF1, 0x80, 0, 0, 0, 0], 1002),
        ] as [([UInt8], Int)])
    func violation(bytes: [UInt8], code: Int) async throws {
        try await withEcho { server in
            let client = try await server.connect()
            _ = try await client.upgrade("/echo")
            try await client.send(bytes)
            #expect(try await client.readFrame().closeCode == code)
            await client.waitForEnd()
            let next = try await server.connect()
            #expect(try await next.upgrade("/echo").status == 101)
        }
    }

    @Test("A message as long as the limit comes back whole")
    func large() async throws {
        try await withEcho(limit: 3_000_000) { server in
            let client = try await server.connect()
            _ = try await client.upgrade("/echo")
            let payload = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try await client.send(RawFrame.encode(opcode: 2, payload: payload))
            #expect(try await client.readFrame() == RawFrame(opcode: 2, payload: payload))
        }
    }
}
