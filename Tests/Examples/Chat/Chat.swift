import SocketIO
import SocketServer

/// Rooms by name, who is in them, and what they say.
@main
struct Chat {
    struct Line: Codable, Sendable {
        var room: String
        var text: String
    }

    static func main() async throws {
        print("A chat at", try await start(port: 3000).addresses)
        while true { try await Task.sleep(for: .seconds(3600)) }
    }

    static func start(port: Int) async throws -> (server: SocketServer, addresses: [ListenAddress]) {
        let io = SocketIOServer()
        io.use { request in
            guard let name = request.auth["name"]?.string else { throw ConnectError("Who are you?") }
            request.data["name"] = name.string
        }
        io.onConnection { socket in
            let name: String = socket.data["name"] ?? ""
            socket.on("join") { (room: String, ack) in
                socket.join(room)
                try socket.to(room).emit("joined", room, name)
                let members = await io.to(room).fetchSockets()
                try ack?(members.compactMap { $0.data["name"] as String? })
            }
            socket.on("say") { (line: Line, ack) in
                guard socket.isMember(of: line.room) else { throw ConnectError("You are not in that room.") }
                try io.to(line.room).emit("said", line, name)
                try ack?(true)
            }
            socket.onDisconnect { _ in try io.emit("left", name) }
        }
        var routes = HTTPRoutes()
        routes.add(io)
        let server = SocketServer(configuration: .init(listen: [.tcp(host: "127.0.0.1", port: port)]), routes: routes)
        return (server, try await server.start())
    }
}
