import NIOCore
import SocketIO
import Testing

/// Four sockets on two loops, or in two processes: `a` and `b` in room 1, `b` and `c` in room 2, `d` in none.
@Suite("Broadcasts") struct BroadcastTests {
    private struct Members: Sendable {
        var clients: [String: WireClient]
        var ids: [String: String]

        /// The one event each got, told by a marker that everyone gets last.
        func heard(from io: SocketIOServer) async throws -> [String: [String]] {
            try io.emit("end")
            var heard: [String: [String]] = [:]
            for (name, client) in clients {
                var events: [String] = []
                while let text = await client.nextText(), text != "42[\"end\"]" { events.append(text) }
                heard[name] = events
            }
            return heard.filter { !$0.value.isEmpty }
        }
    }

    private func withMembers(
        _ reach: TestServer.Reach, _ body: @Sendable (TestServer, Members) async throws -> Void
    ) async throws {
        let rooms = ["a": ["1"], "b": ["1", "2"], "c": ["2"], "d": []]
        try await TestServer.with(reach) { io in
            io.onConnection { socket in
                for room in rooms[socket.auth["name"]?.string?.string ?? ""] ?? [] { socket.join(room) }
                socket.on("to") { (room: String, _) in try? socket.to(room).emit("x") }
                socket.on("leave") { (room: String, ack) in
                    socket.leave(room)
                    try? ack?(true)
                }
                socket.on("others") { _ in try? socket.broadcast.emit("x") }
            }
        } _: { here, there in
            var members = Members(clients: [:], ids: [:])
            for name in rooms.keys {
                let port = ["a", "c"].contains(name) ? here.port : there.port
                let (client, answer) = try await WireClient.connect(port: port, auth: "{\"name\":\"\(name)\"}")
                members.clients[name] = client
                members.ids[name] = String(answer.split(separator: "\"")[3])
            }
            try await body(here, members)
            for client in members.clients.values { await client.close() }
        }
    }

    private let x = ["42[\"x\"]"]

    @Test("To a room, to several once each, to all, except some", arguments: TestServer.Reach.allCases)
    func targets(reach: TestServer.Reach) async throws {
        try await withMembers(reach) { server, members in
            try server.io.to("1").emit("x")
            #expect(try await members.heard(from: server.io) == ["a": x, "b": x])
            try server.io.to("1").to("2").emit("x")
            #expect(try await members.heard(from: server.io) == ["a": x, "b": x, "c": x])
            try server.io.emit("x")
            #expect(try await members.heard(from: server.io).count == 4)
            try server.io.except("2").emit("x")
            #expect(try await members.heard(from: server.io) == ["a": x, "d": x])
            try server.io.to("2").except("1").emit("x")
            #expect(try await members.heard(from: server.io) == ["c": x])
            try server.io.to("nobody").emit("x")
            #expect(try await members.heard(from: server.io).isEmpty)
        }
    }

    @Test("To one socket by its id", arguments: TestServer.Reach.allCases)
    func byID(reach: TestServer.Reach) async throws {
        try await withMembers(reach) { server, members in
            try server.io.to(try #require(members.ids["d"])).emit("x")
            #expect(try await members.heard(from: server.io) == ["d": x])
        }
    }

    @Test("A socket's own broadcasts leave it out", arguments: TestServer.Reach.allCases)
    func fromSocket(reach: TestServer.Reach) async throws {
        try await withMembers(reach) { server, members in
            let b = try #require(members.clients["b"])
            try await b.send("42[\"to\",\"1\"]")
            try await b.send("420[\"leave\",\"1\"]")
            #expect(await b.nextText() == "430[true]")
            #expect(try await members.heard(from: server.io) == ["a": x])
            try await b.send("42[\"others\"]")
            try await b.send("421[\"leave\",\"1\"]")
            #expect(await b.nextText() == "431[true]")
            #expect(try await members.heard(from: server.io) == ["a": x, "c": x, "d": x])
        }
    }

    @Test("Who left a room hears it no more, and the others still do", arguments: TestServer.Reach.allCases)
    func leaving(reach: TestServer.Reach) async throws {
        try await withMembers(reach) { server, members in
            let a = try #require(members.clients["a"])
            try await a.send("420[\"leave\",\"1\"]")
            #expect(await a.nextText() == "430[true]")
            try server.io.to("1").emit("x")
            #expect(try await members.heard(from: server.io) == ["b": x])
        }
    }

    @Test(
        "socketsJoin, socketsLeave and disconnectSockets act on a target's sockets",
        arguments: TestServer.Reach.allCases)
    func operations(reach: TestServer.Reach) async throws {
        try await withMembers(reach) { server, members in
            server.io.to("1").socketsJoin("3")
            try server.io.to("3").emit("x")
            #expect(try await members.heard(from: server.io) == ["a": x, "b": x])
            server.io.to("3").except("2").socketsLeave("3")
            try server.io.to("3").emit("x")
            #expect(try await members.heard(from: server.io) == ["b": x])
            server.io.to("1").disconnectSockets()
            for name in ["a", "b"] { #expect(await members.clients[name]?.nextText() == "41") }
        }
    }

    @Test("What two processes publish at once all their clients hear in one order")
    func oneOrder() async throws {
        try await TestServer.with(.twoProcesses) { _ in
        } _: { here, there in
            var clients: [WireClient] = []
            for port in [here.port, here.port, there.port, there.port] {
                clients.append(try await WireClient.connect(port: port).0)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (name, io) in [("here", here.io), ("there", there.io)] {
                    group.addTask { for number in 0..<200 { try io.emit(name, number) } }
                }
                try await group.waitForAll()
            }
            try here.io.emit("end")
            var heard: Set<[String]> = []
            for client in clients {
                var events: [String] = []
                while let text = await client.nextText(), text != "42[\"end\"]" { events.append(text) }
                #expect(events.count == 400)
                heard.insert(events)
                await client.close()
            }
            #expect(heard.count == 1)
        }
    }

    @Test("Acks of broadcasts and the list of sockets are those of one process")
    func ofOneProcess() async throws {
        try await TestServer.with(.twoProcesses) { _ in
        } _: { here, there in
            let (client, _) = try await WireClient.connect(port: there.port)
            #expect(await here.io.of("/").fetchSockets().isEmpty)
            #expect(await there.io.of("/").fetchSockets().count == 1)
            #expect(try await here.io.of("/").timeout(.seconds(5)).emitWithAck("x").isEmpty)
            await client.close()
        }
    }
}
