import ArgumentParser
import NIOPosix
import SocketServer

/// A server for outside protocol suites: Engine.IO at `/engine.io/`, Socket.IO at `/socket.io/`, WebSocket at `/echo`;
/// and for clients of the library, at `/library/`.
@main
struct ConformanceServer: AsyncParsableCommand {
    @Option(help: "The port to listen on, on the loopback interface.")
    var port = 3000

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: SocketServerConfiguration.cores)
        var routes = HTTPRoutes()
        let io = SocketIOEndpoint(group: group)
        io.register(in: &routes)
        LibraryEndpoint().register(in: &routes)
        Endpoints.register(in: &routes)
        let server = SocketServer(
            configuration: .init(listen: [.tcp(host: "127.0.0.1", port: port), .tcp(host: "::1", port: port)]),
            group: group, routes: routes)
        for address in try await server.start() { print("listening on \(address)") }
        // Until the process is told to end.
        while true { try await Task.sleep(for: .seconds(3600)) }
    }
}
