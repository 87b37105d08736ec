import EngineIO
import SocketIO
import SocketServer

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `/library/`: what the library offers beyond the protocol, for real clients (`Tests/Clients/test_library.py`).
struct LibraryEndpoint {
    struct Picture: Codable, Sendable {
        var name: String
        var bytes: Data
    }

    private let io: SocketIOServer

    init() {
        var configuration = SocketIOConfiguration()
        configuration.engine.path = "/library/"
        configuration.connectionStateRecovery = ConnectionStateRecovery()
        io = SocketIOServer(configuration: configuration)
        let io = io
        io.use { request in
            if request.auth["refuse"] != nil { throw ConnectError("Refused.", data: ["code": 1]) }
            request.data["name"] = request.auth["name"]?.string?.string ?? "nobody"
        }
        io.onConnection { socket in
            Self.addEvents(to: socket)
            Self.addBroadcasts(to: socket, of: io)
        }
        io.of(matching: /^\/dynamic-\d+$/).onConnection { socket in
            socket.on("where") { event in try event.ack?(socket.namespace.name) }
        }
    }

    func register(in routes: inout HTTPRoutes) {
        routes.add(io)
    }

    private static func addEvents(to socket: Socket) {
        socket.use { event in
            if event.name == "forbidden" { throw ConnectError("Not you.") }
        }
        socket.on("sum") { (first: Int, second: Int, ack) in try ack?(first + second) }
        socket.on("reverse") { (bytes: Data, ack) in try ack?(Data(bytes.reversed())) }
        socket.on("picture") { (picture: Picture, _) in
            try socket.emit("picture", Picture(name: picture.name, bytes: Data(picture.bytes.reversed())))
        }
        socket.on("ask") { (question: String, ack) in
            let answer = try await socket.emitWithAck("question", question)
            ack?.send(answer)
        }
        socket.on("state") { event in
            let name: String? = socket.data["name"]
            let rooms = socket.rooms.count
            try event.ack?(name, rooms, socket.recovered)
        }
        socket.on("volatile") { _ in try socket.volatile.emit("tick", 1) }
        socket.once("once") { event in try event.ack?("once") }
        socket.onAny { event in try event.ack?("any", event.name) }
    }

    private static func addBroadcasts(to socket: Socket, of io: SocketIOServer) {
        socket.on("join") { (room: String, ack) in
            socket.join(room)
            try ack?(true)
        }
        socket.on("say") { (room: String, text: String, ack) in
            try socket.to(room).emit("said", text)
            try ack?(true)
        }
        socket.on("poll") { (room: String, ack) in
            let answers = try await io.to(room).timeout(.seconds(5)).emitWithAck("vote")
            ack?.send([.array(answers.compactMap(\.first))])
        }
        socket.on("members") { (room: String, ack) in
            let members = await io.to(room).fetchSockets()
            try ack?(members.compactMap { $0.data["name"] as String? }.sorted())
        }
    }
}
