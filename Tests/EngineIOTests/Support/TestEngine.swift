import EngineIO
import SocketServer
import SocketTestKit

/// An engine on a free port, whose handlers are ``TestHandler``.
struct TestEngine {
    let engine: EngineServer
    let server: SocketServer
    let log: TestLog
    let port: Int
    let isSecure: Bool

    static func with(
        threads: Int = 1, tls: TLSCredentials? = nil, change: (inout EngineConfiguration) throws -> Void = { _ in },
        body: (TestEngine) async throws -> Void
    ) async throws {
        var configuration = EngineConfiguration()
        try change(&configuration)
        let log = TestLog()
        let engine = EngineServer(configuration: configuration) { _ in TestHandler(log: log) }
        var routes = HTTPRoutes()
        routes.add(configuration.path, engine)
        var sockets = SocketServerConfiguration(listen: [.tcp(host: "127.0.0.1", port: 0)], threads: threads)
        sockets.tls = tls
        sockets.limits.closeTimeout = .seconds(60)
        let server = SocketServer(configuration: sockets, routes: routes)
        var port = 0
        if case .tcp(_, let bound)? = try await server.start().first { port = bound }
        do {
            try await body(TestEngine(engine: engine, server: server, log: log, port: port, isSecure: tls != nil))
            await server.shutdown(within: .zero)
        } catch {
            await server.shutdown(within: .zero)
            throw error
        }
    }

    func connect() async throws -> RawClient {
        try await RawClient.connect(port: port, isSecure: isSecure)
    }

    /// Opens a session over polling.
    func open(_ client: RawClient) async throws -> String {
        let response = try await client.request("GET", "/socket.io/?EIO=4&transport=polling")
        return Self.sid(in: response.body)
    }

    /// Opens a session over a WebSocket.
    func openSocket() async throws -> (client: RawClient, sid: String) {
        let client = try await connect()
        _ = try await client.upgrade("/socket.io/?EIO=4&transport=websocket")
        return (client, Self.sid(in: try await client.readText()))
    }

    static func sid(in open: String) -> String {
        String(open.split(separator: #""sid":""#, maxSplits: 1).last?.prefix { $0 != "\"" } ?? "")
    }

    static func poll(_ sid: String) -> String { "/socket.io/?EIO=4&transport=polling&sid=\(sid)" }
    static func socket(_ sid: String) -> String { "/socket.io/?EIO=4&transport=websocket&sid=\(sid)" }
}
