import EngineIO
import SocketServer

/// What is served where; each endpoint has a file of its own.
enum Endpoints {
    static func register(in routes: inout HTTPRoutes) {
        EngineEcho.register(in: &routes)
        WebSocketEcho.register(in: &routes)
    }

    /// What the protocol suites expect.
    static var engineConfiguration: EngineConfiguration {
        var configuration = EngineConfiguration()
        configuration.pingInterval = .milliseconds(300)
        configuration.pingTimeout = .milliseconds(200)
        configuration.maxPayload = 1_000_000
        return configuration
    }
}
