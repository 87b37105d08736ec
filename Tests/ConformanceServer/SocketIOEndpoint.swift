import EngineIO
import NIOCore
import SocketIO
import SocketServer

/// `/socket.io/`: what the official Socket.IO protocol suite asks of a server.
struct SocketIOEndpoint {
    private let io: SocketIOServer

    init(group: any EventLoopGroup) {
        var configuration = SocketIOConfiguration(engine: Endpoints.engineConfiguration)
        configuration.connectTimeout = .milliseconds(1000)
        io = SocketIOServer(configuration: configuration, eventLoopGroup: group)
        for name in ["/", "/custom"] { io.of(name).onConnection(Self.serve) }
    }

    func register(in routes: inout HTTPRoutes) {
        routes.add(io.engine.configuration.path, io.engine)
    }

    private static let serve: @Sendable (Socket) -> Void = { socket in
        // Nothing of this can fail: the arguments are JSON values already.
        try? socket.emit("auth", socket.auth)
        socket.on("message") { event in
            socket.send(socket.namespace.encoder.event("message-back", event.arguments))
        }
        socket.on("message-with-ack") { event in event.ack?.send(event.arguments) }
    }
}
