import SocketServer
import SocketTestKit

/// A server on a free port of the loopback interface.
struct TestServer {
    let server: SocketServer
    let port: Int

    static func with<Result>(
        _ routes: HTTPRoutes, change: (inout SocketServerConfiguration) -> Void = { _ in },
        body: (TestServer) async throws -> Result
    ) async throws -> Result {
        var configuration = SocketServerConfiguration(listen: [.tcp(host: "127.0.0.1", port: 0)], threads: 1)
        change(&configuration)
        let server = SocketServer(configuration: configuration, routes: routes)
        var port = 0
        if case .tcp(_, let bound)? = try await server.start().first { port = bound }
        do {
            let result = try await body(TestServer(server: server, port: port))
            await server.shutdown(within: .seconds(5))
            return result
        } catch {
            await server.shutdown(within: .zero)
            throw error
        }
    }

    func connect() async throws -> RawClient {
        try await RawClient.connect(port: port)
    }
}
