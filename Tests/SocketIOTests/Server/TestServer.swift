import EngineIO
import NIOPosix
import SocketIO
import SocketServer
import SocketTestKit

/// A Socket.IO server on a free port of the loopback interface, for one test.
struct TestServer: Sendable {
    let io: SocketIOServer
    let port: Int
    private let server: SocketServer

    static func start(
        threads: Int = 2, configuration: SocketIOConfiguration, _ configure: @Sendable (SocketIOServer) -> Void
    ) async throws -> TestServer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        let io = SocketIOServer(configuration: configuration, eventLoopGroup: group)
        configure(io)
        var routes = HTTPRoutes()
        routes.add(io.engine.configuration.path, io.engine)
        let server = SocketServer(
            configuration: SocketServerConfiguration(listen: [.tcp(host: "127.0.0.1", port: 0)]), group: group,
            routes: routes)
        guard case .tcp(_, let port)? = try await server.start().first else {
            preconditionFailure("a TCP listener has a TCP address")
        }
        return TestServer(io: io, port: port, server: server)
    }

    static func with(
        threads: Int = 2, connectTimeout: Duration,
        _ configure: @Sendable (SocketIOServer) -> Void, _ body: @Sendable (TestServer) async throws -> Void
    ) async throws {
        var configuration = SocketIOConfiguration()
        configuration.connectTimeout = connectTimeout
        try await with(threads: threads, configuration: configuration, configure, body)
    }

    /// Runs a test against a server, and stops the server whatever comes of it.
    static func with(
        threads: Int = 2, configuration: SocketIOConfiguration = SocketIOConfiguration(),
        _ configure: @Sendable (SocketIOServer) -> Void, _ body: @Sendable (TestServer) async throws -> Void
    ) async throws {
        let server = try await start(threads: threads, configuration: configuration, configure)
        do {
            try await body(server)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    /// How far a namespace reaches.
    enum Reach: CaseIterable {
        case oneProcess
        /// Two, joined by an adapter that carries bytes.
        case twoProcesses
    }

    /// Runs a test against two servers whose main namespaces are one, or against one in the place of both.
    static func with(
        _ reach: Reach, _ configure: @Sendable (SocketIOServer) -> Void,
        _ body: @Sendable (_ here: TestServer, _ there: TestServer) async throws -> Void
    ) async throws {
        try await with(configure) { here in
            guard reach == .twoProcesses else { return try await body(here, here) }
            try await with(configure) { there in
                let bus = ClusterBus()
                bus.join(here.io.of("/"))
                bus.join(there.io.of("/"))
                try await body(here, there)
            }
        }
    }

    func stop() async {
        io.close()
        await server.shutdown(within: .seconds(5))
    }
}
