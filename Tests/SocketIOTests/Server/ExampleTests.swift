import EngineIO
import NIOPosix
import SocketIO
import SocketServer
import Testing

/// The example of the library's documentation, as one would write it; and what it does.
@Suite struct ExampleTests {
    struct Line: Codable, Sendable {
        var room: String
        var text: String
    }

    func chatServer() async throws -> (SocketServer, [ListenAddress]) {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let io = SocketIOServer(eventLoopGroup: group)
        io.use { request in
            guard request.auth["name"]?.string != nil else {
                throw ConnectError("Who are you?", data: ["code": "name"])
            }
        }
        io.onConnection { socket in
            socket.on("enter") { (room: String, ack) in
                socket.join(room)
                try? socket.to(room).emit("entered", socket.auth["name"]?.string ?? "")
                try? ack?("welcome to \(room)")
            }
            socket.on("say") { (line: Line, _) in
                try? socket.to(line.room).emit("said", line)
            }
            socket.onDisconnect { reason in print("gone: \(reason.rawValue)") }
        }
        var routes = HTTPRoutes()
        routes.add(io.engine.configuration.path, io.engine)
        let server = SocketServer(
            configuration: .init(listen: [.tcp(host: "127.0.0.1", port: 0)]), group: group, routes: routes)
        return (server, try await server.start())
    }

    @Test("The example of the documentation works as it says")
    func example() async throws {
        let (server, addresses) = try await chatServer()
        guard case .tcp(_, let port)? = addresses.first else {
            Issue.record("no address")
            return
        }
        let (stranger, refusal) = try await WireClient.connect(port: port)
        #expect(refusal == "44{\"message\":\"Who are you?\",\"data\":{\"code\":\"name\"}}")
        let (ann, _) = try await WireClient.connect(port: port, auth: "{\"name\":\"ann\"}")
        let (bob, _) = try await WireClient.connect(port: port, auth: "{\"name\":\"bob\"}")
        try await ann.send("420[\"enter\",\"lobby\"]")
        #expect(await ann.nextText() == "430[\"welcome to lobby\"]")
        try await bob.send("42[\"enter\",\"lobby\"]")
        #expect(await ann.nextText() == "42[\"entered\",\"bob\"]")
        try await bob.send("42[\"say\",{\"room\":\"lobby\",\"text\":\"hi\"}]")
        let said = try #require(await ann.nextText())
        #expect(said.hasPrefix("42[\"said\",{") && said.contains("\"text\":\"hi\""))
        for client in [stranger, ann, bob] { await client.close() }
        await server.shutdown(within: .seconds(5))
    }
}
