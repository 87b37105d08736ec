import Hummingbird
import SocketIO
import SocketServer

/// A Hummingbird application that has Socket.IO too, on one port.
@main
struct Server {
    static func main() async throws {
        print("A server at", try await start(port: 3000).addresses)
        while true { try await Task.sleep(for: .seconds(3600)) }
    }

    static func start(port: Int) async throws -> (server: SocketServer, addresses: [ListenAddress]) {
        let io = SocketIOServer()
        io.onConnection { socket in
            socket.on("watch") { (item: String, ack) in
                socket.join(item)
                try ack?(true)
            }
        }

        let router = Router(context: RouterBridge.Context.self)
        router.get("/") { _, _ in "Hello." }
        router.put("/items/:item") { request, context in
            let item = try context.parameters.require("item")
            let text = try await request.body.collect(upTo: 100_000)
            try io.to(item).emit("changed", item, String(buffer: text))
            return HTTPResponse.Status.noContent
        }

        var routes = HTTPRoutes(fallback: RouterBridge(router))
        routes.add(io)
        let server = SocketServer(configuration: .init(listen: [.tcp(host: "127.0.0.1", port: port)]), routes: routes)
        return (server, try await server.start())
    }
}
