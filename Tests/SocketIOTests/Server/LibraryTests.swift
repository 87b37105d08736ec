import EngineIO
import Foundation
import JSON
import NIOCore
import NIOPosix
import SocketIO
import SocketServer
import Synchronization
import Testing

/// What the reference server offers beside events: data, rooms, many sockets at once, gates beside closures.
@Suite("Sockets, one and many", .timeLimit(.minutes(1)))
struct LibraryTests {
    @Test("Middleware hands what it found out to the socket, which keeps it")
    func data() async throws {
        try await TestServer.with { io in
            io.use { request in
                guard let name = request.auth["name"]?.string else { throw ConnectError("Who are you?") }
                request.data["name"] = name
                request.data["visits"] = 1
            }
            io.onConnection { socket in
                socket.on("who") { event in
                    let visits = socket.data.update("visits", default: 0) { count in
                        count += 1
                        return count
                    }
                    let name: ByteString? = socket.data["name"]
                    let nothing: Int? = socket.data["name"]
                    try event.ack?(name ?? "", visits, nothing)
                }
            }
        } _: { server in
            let (client, _) = try await WireClient.connect(port: server.port, auth: "{\"name\":\"ann\"}")
            try await client.send("421[\"who\"]")
            #expect(await client.nextText() == "431[\"ann\",2,null]")
            let (stranger, answer) = try await WireClient.connect(port: server.port)
            #expect(answer == "44{\"message\":\"Who are you?\"}")
            await client.close()
            await stranger.close()
        }
    }

    @Test("With a gate, middleware, onConnection and on work all the same, and the gate's handler has the rest")
    func gate() async throws {
        final class Handler: SocketHandler {
            func socket(_ socket: Socket, didReceive event: ByteString, arguments: EventArguments, ackID: Int?) {
                if let ackID { socket.acknowledge(ackID, with: ["handler", .string(event)]) }
            }
            func socket(_ socket: Socket, didDisconnect reason: DisconnectReason) {}
        }
        struct Gate: ConnectionGate {
            let hasHandler: Bool
            func admit(_ request: ConnectRequest, decide: @escaping @Sendable (ConnectDecision) -> Void) {
                request.eventLoop.preconditionInEventLoop()
                let text: String? = request.data["text"]
                guard hasHandler else { return decide(.accept(.init(rooms: ["gated", text ?? ""]))) }
                decide(.accept(.init(rooms: ["gated", text ?? ""]) { _ in Handler() }))
            }
        }
        for hasHandler in [true, false] {
            try await TestServer.with { io in
                io.of("/").setGate(Gate(hasHandler: hasHandler))
                io.use { request in
                    if request.auth["no"] != nil { throw ConnectError("No.") }
                    request.data["text"] = "from middleware"
                }
                io.onConnection { socket in
                    socket.on("closure") { event in
                        let text: String? = socket.data["text"]
                        try event.ack?(text, socket.isMember(of: "gated"), socket.isMember(of: "from middleware"))
                    }
                }
            } _: { server in
                let (client, _) = try await WireClient.connect(port: server.port)
                try await client.send("421[\"closure\"]")
                #expect(await client.nextText() == "431[\"from middleware\",true,true]")
                try await client.send("422[\"other\"]")
                if hasHandler { #expect(await client.nextText() == "432[\"handler\",\"other\"]") }
                var batch = DeliveryBatch.Builder()
                batch.send(server.io.of("/").encoder.event("batch", []), toRoom: "gated")
                server.io.of("/").deliver(batch.finish(stamp: 1, trailer: nil))
                #expect(await client.nextText() == "42[\"batch\"]")
                let (refused, answer) = try await WireClient.connect(port: server.port, auth: "{\"no\":1}")
                #expect(answer == "44{\"message\":\"No.\"}")
                await client.close()
                await refused.close()
            }
        }
    }

    @Test("A server whose loops are not known before works on those that its connections come from")
    func unknownLoops() async throws {
        for group in [nil, MultiThreadedEventLoopGroup.singleton] {
            let io = SocketIOServer(eventLoopGroup: group)
            io.onConnection { socket in
                socket.join("all")
                socket.on("x") { try $0.ack?(1) }
            }
            var routes = HTTPRoutes()
            routes.add(io.engine.configuration.path, io.engine)
            let server = SocketServer(
                configuration: .init(listen: [.tcp(host: "127.0.0.1", port: 0)], threads: 2), routes: routes)
            guard case .tcp(_, let port)? = try await server.start().first else {
                Issue.record("no address")
                return
            }
            var clients: [WireClient] = []
            for _ in 0..<4 {
                let (client, answer) = try await WireClient.connect(port: port)
                #expect(answer.hasPrefix("40{\"sid\""))
                clients.append(client)
            }
            let known = io.of("/").loopCount - (group?.makeIterator().reduce(0) { count, _ in count + 1 } ?? 0)
            #expect((1...2).contains(known))
            try io.to("all").emit("hello")
            for client in clients { #expect(await client.nextText() == "42[\"hello\"]") }
            // A namespace that is made afterwards knows them too.
            io.of("/late").onConnection { try $0.emit("late") }
            try await clients[0].send("40/late,")
            #expect(await clients[0].nextText()?.hasPrefix("40/late,{") == true)
            #expect(await clients[0].nextText() == "42/late,[\"late\"]")
            for client in clients { await client.close() }
            io.close()
            await server.shutdown(within: .seconds(5))
        }
    }

    @Test("A list of arguments, of rooms; rooms of a socket; volatile")
    func lists() async throws {
        try await TestServer.with { io in
            io.onConnection { socket in
                socket.join(["a", "b"])
                socket.on("rooms") { event in
                    let names = socket.rooms.filter { $0.count == 1 }.sorted().map { $0.string }
                    try event.ack?(names, socket.rooms.contains(ByteString(socket.id)))
                }
                socket.on("list") { _ in try socket.emit("list", arguments: [1, "two", [3]]) }
                socket.on("volatile") { _ in try socket.volatile.emit("volatile", arguments: [1]) }
            }
        } _: { server in
            let (client, _) = try await WireClient.connect(port: server.port)
            try await client.send("421[\"rooms\"]")
            #expect(await client.nextText() == "431[[\"a\",\"b\"],true]")
            try await client.send("42[\"list\"]")
            #expect(await client.nextText() == "42[\"list\",1,\"two\",[3]]")
            try await client.send("42[\"volatile\"]")
            #expect(await client.nextText() == "42[\"volatile\",1]")
            try server.io.to(["a", "c"]).except(["d"]).emit("x", arguments: [1, 2])
            #expect(await client.nextText() == "42[\"x\",1,2]")
            try server.io.to(["a", "c"]).except(["b"]).emit("not")
            try server.io.emit("all", arguments: ["y"])
            #expect(await client.nextText() == "42[\"all\",\"y\"]")
            await client.close()
        }
    }

    @Test("What is volatile is not sent to a socket that has something unsent")
    func volatileIsDropped() async throws {
        let sockets = AsyncStream.makeStream(of: Socket.self)
        try await TestServer.with { io in
            io.onConnection { sockets.continuation.yield($0) }
        } _: { server in
            let client = try await WireClient.open(port: server.port)
            try await client.send("40")
            #expect(await client.nextText()?.hasPrefix("40{") == true)
            var iterator = sockets.stream.makeAsyncIterator()
            let socket = try #require(await iterator.next())
            try await socket.eventLoop.submit {
                socket.write(socket.namespace.encoder.event("unsent", []))
                try socket.volatile.emit("dropped")
                try socket.namespace.volatile.emit("dropped")
                socket.flush()
            }.get()
            try socket.volatile.emit("sent")
            #expect(await client.nextText() == "42[\"unsent\"]")
            #expect(await client.nextText() == "42[\"sent\"]")
            await client.close()
        }
    }

    @Test("fetchSockets gives sockets of all loops with rooms and data, and what is done with them is done")
    func fetchSockets() async throws {
        try await TestServer.with { io in
            io.onConnection { socket in
                let name = socket.auth["name"]?.string ?? ""
                socket.data["name"] = name
                if name != "c" { socket.join("room") }
            }
        } _: { server in
            var clients: [String: WireClient] = [:]
            for name in ["a", "b", "c"] {
                clients[name] = try await WireClient.connect(port: server.port, auth: "{\"name\":\"\(name)\"}").0
            }
            let all = await server.io.fetchSockets()
            #expect(all.count == 3)
            let inRoom = await server.io.to("room").fetchSockets()
            #expect(inRoom.compactMap { $0.data["name"] as ByteString? }.sorted() == ["a", "b"])
            #expect(inRoom.allSatisfy { $0.rooms == ["room", ByteString($0.id)] })
            #expect(inRoom.allSatisfy { $0.handshake.remoteAddress == "127.0.0.1" && $0.auth["name"] != nil })
            let a = try #require(inRoom.first { $0.data["name"] == ByteString("a") })
            try a.emit("only", 1)
            #expect(await clients["a"]?.nextText() == "42[\"only\",1]")
            a.leave("room")
            a.join("other")
            try server.io.to("other").emit("x")
            #expect(await clients["a"]?.nextText() == "42[\"x\"]")
            #expect(await server.io.to("room").fetchSockets().count == 1)
            a.disconnect()
            #expect(await clients["a"]?.nextText() == "41")
            for client in clients.values { await client.close() }
        }
    }

    @Test("A broadcast collects the answers of all; what is missing is said with those that came")
    func broadcastAcks() async throws {
        try await TestServer.with { io in
            io.onConnection { $0.join("room") }
        } _: { server in
            var clients: [WireClient] = []
            for _ in 0..<3 { clients.append(try await WireClient.connect(port: server.port).0) }
            async let answers = server.io.to("room").emitWithAck("sum", 1, 2)
            for (number, client) in clients.enumerated() {
                let text = try #require(await client.nextText())
                #expect(text.hasSuffix("[\"sum\",1,2]"))
                try await client.send("43\(text.dropFirst(2).prefix { $0.isNumber })[\(number)]")
            }
            #expect(try await answers.compactMap { $0.first?.integer }.sorted() == [0, 1, 2])

            async let partial = server.io.timeout(.seconds(60)).emitWithAck("again")
            for (number, client) in clients.enumerated() {
                let text = try #require(await client.nextText())
                if number == 0 { try await client.send("43\(text.dropFirst(2).prefix { $0.isNumber })[7]") }
            }
            // They cannot answer any more: nothing is waited for.
            for client in clients.dropFirst() { await client.close() }
            do {
                _ = try await partial
                Issue.record("two clients have gone")
            } catch let error as BroadcastAckError {
                #expect(error == BroadcastAckError(responses: [[7]], clientCount: 3))
            }
            let late = await #expect(throws: BroadcastAckError.self) {
                try await server.io.timeout(.milliseconds(20)).emitWithAck("never")
            }
            #expect(late == BroadcastAckError(responses: [], clientCount: 1))
            let nobody = try await server.io.to("nowhere").emitWithAck("x")
            #expect(nobody.isEmpty)
            await clients[0].close()
        }
    }

    @Test("Data goes out as attachments, in events and in acks, and comes in as such")
    func binaryData() async throws {
        struct Picture: Codable, Sendable {
            var name: String
            var bytes: Data
        }
        try await TestServer.with { io in
            io.onConnection { socket in
                socket.on("picture") { (picture: Picture, ack) in
                    try socket.emit("copy", picture, picture.bytes)
                    try ack?(picture.bytes)
                }
            }
        } _: { server in
            let (client, _) = try await WireClient.connect(port: server.port)
            let placeholder = "{\"_placeholder\":true,\"num\":0}"
            try await client.send("451-1[\"picture\",{\"name\":\"p\",\"bytes\":\(placeholder)}]")
            try await client.send(binary: [1, 2, 3])
            let second = placeholder.replacing("0", with: "1")
            #expect(
                await client.nextText() == "452-[\"copy\",{\"name\":\"p\",\"bytes\":\(placeholder)},\(second)]")
            for _ in 0..<2 { #expect(await client.next() == .binary([1, 2, 3])) }
            #expect(await client.nextText() == "461-1[\(placeholder)]")
            #expect(await client.next() == .binary([1, 2, 3]))
            await client.close()
        }
    }
}
