import NIOCore
import SocketServer
import SocketTestKit
import Testing

/// Reading at a bearable pace.
@Suite("WebSocket input", .timeLimit(.minutes(5)))
struct WebSocketInputTests {
    private func withEcho(body: (TestServer) async throws -> Void) async throws {
        var routes = HTTPRoutes(fallback: EchoResponder())
        routes.add("/echo", EchoSocket.Service(limit: 1_000_000))
        try await TestServer.with(routes, change: { $0.limits.closeTimeout = .seconds(60) }, body: body)
    }

    @Test("Thousands of messages in one write are all taken, in order, in parts")
    func many() async throws {
        try await withEcho { server in
            let client = try await server.connect()
            _ = try await client.upgrade("/echo")
            let count = 5000
            try await client.send((0..<count).flatMap { RawFrame.encode(opcode: 1, payload: Array("\($0)".utf8)) })
            for number in 0..<count { #expect(try await client.readText() == "\(number)") }
        }
    }

    @Test("Of very many pings that come together a few and the last are answered")
    func pings() async throws {
        try await withEcho { server in
            let client = try await server.connect()
            _ = try await client.upgrade("/echo")
            let count = 2000
            try await client.send(
                (0..<count).flatMap { RawFrame.encode(opcode: 9, payload: Array("\($0)".utf8)) }
                    + RawFrame.encode(opcode: 1, payload: Array("end".utf8)))
            var pongs: [String] = []
            while true {
                let frame = try await client.readFrame()
                if frame.opcode == 1 { break }
                #expect(frame.opcode == 10)
                pongs.append(String(decoding: frame.payload, as: UTF8.self))
            }
            #expect(pongs.first == "0" && pongs.count < count / 4)
        }
    }

    @Test("What was sent before the connection ended is not all lost, though it waited for its turn")
    func endsWhileWaiting() async throws {
        try await withEcho { server in
            let client = try await server.connect()
            _ = try await client.upgrade("/echo")
            try await client.send((0..<3000).flatMap { RawFrame.encode(opcode: 1, payload: Array("\($0)".utf8)) })
            try await client.close()
            let next = try await server.connect()
            _ = try await next.upgrade("/echo")
            try await next.sendText("here")
            #expect(try await next.readText() == "here")
        }
    }
}
