import EngineIO
import NIOCore
import SocketIO
import Synchronization
import Testing

/// Clients that were cut off and come back, by the bytes that the reference client sends.
@Suite("Connection state recovery", .timeLimit(.minutes(1)))
struct ConnectionStateRecoveryTests {
    /// A client in its session, and what it needs to come back.
    private struct Session {
        var client: WireClient
        var sid: String
        var pid: String
    }

    private static func enter(_ port: Int, pid: String? = nil, offset: String? = nil) async throws -> Session {
        var auth = pid.map { "{\"pid\":\"\($0)\"" } ?? ""
        if let offset { auth += ",\"offset\":\"\(offset)\"" }
        let (client, answer) = try await WireClient.connect(port: port, auth: auth + (pid == nil ? "" : "}"))
        let parts = answer.split(separator: "\"")
        try #require(parts.count == 9, "\(answer)")
        return Session(client: client, sid: String(parts[3]), pid: String(parts[7]))
    }

    /// The offset behind an event's arguments.
    private static func offset(_ text: String?) -> String {
        String(text?.split(separator: "\"").dropLast().last ?? "")
    }

    private func with(
        _ recovery: ConnectionStateRecovery = ConnectionStateRecovery(),
        setUp configure: @escaping @Sendable (SocketIOServer) -> Void = { _ in },
        _ body: @Sendable (TestServer, AsyncStream<DisconnectReason>) async throws -> Void
    ) async throws {
        var configuration = SocketIOConfiguration()
        configuration.connectionStateRecovery = recovery
        let gone = AsyncStream.makeStream(of: DisconnectReason.self)
        try await TestServer.with(configuration: configuration) { io in
            configure(io)
            io.onConnection { socket in
                socket.onDisconnect { gone.continuation.yield($0) }
                socket.on("join") { (room: String, ack) in
                    socket.join(room)
                    socket.data["room"] = room
                    try ack?(true)
                }
                socket.on("state") { event in
                    let room: String? = socket.data["room"]
                    try event.ack?(socket.recovered, room, socket.rooms.count)
                }
            }
        } _: { server in
            try await body(server, gone.stream)
        }
    }

    @Test("Who comes back has id, rooms and data again, and what was missed, once and in order")
    func recovered() async throws {
        try await with { server, gone in
            var first = try await Self.enter(server.port)
            try await first.client.send("420[\"join\",\"r\"]")
            #expect(await first.client.nextText() == "430[true]")
            try server.io.to("r").emit("e", 0)
            let offset = Self.offset(await first.client.nextText())
            await first.client.close()
            for await reason in gone {
                #expect(reason == .transportClose)
                break
            }
            try server.io.to("r").emit("e", 1)
            try server.io.to("elsewhere").emit("e", 2)
            try server.io.except("r").emit("e", 3)
            try server.io.emit("e", 4)
            try server.io.volatile.emit("e", 5)
            try server.io.to(first.sid).emit("e", 6)
            let second = try await Self.enter(server.port, pid: first.pid, offset: offset)
            #expect(second.sid == first.sid && second.pid == first.pid)
            for number in [1, 4, 6] {
                #expect(await second.client.nextText()?.hasPrefix("42[\"e\",\(number),\"") == true)
            }
            try await second.client.send("421[\"state\"]")
            #expect(await second.client.nextText() == "431[true,\"r\",2]")
            try server.io.to("r").emit("live")
            #expect(await second.client.nextText()?.hasPrefix("42[\"live\",\"") == true)
            // The session was taken: nobody comes back to it twice.
            first = try await Self.enter(server.port, pid: first.pid, offset: offset)
            #expect(first.sid != second.sid && first.pid != second.pid)
            try await first.client.send("421[\"state\"]")
            #expect(await first.client.nextText() == "431[false,null,1]")
            for client in [first.client, second.client] { await client.close() }
        }
    }

    @Test(
        "Who left, was sent away, shows nothing, or what nobody knows, begins anew",
        arguments: ["leaves", "kicked", "no offset", "odd offset", "late offset", "other pid"])
    func notRecovered(how: String) async throws {
        try await with { server, gone in
            let first = try await Self.enter(server.port)
            try server.io.emit("e", 0)
            var offset: String? = Self.offset(await first.client.nextText())
            var pid = first.pid
            switch how {
            case "leaves": try await first.client.send("41")
            case "kicked": server.io.disconnectSockets()
            case "no offset": offset = nil
            case "odd offset": offset = "-1"
            case "late offset": offset = "zz"
            default: pid += "x"
            }
            if !["leaves", "kicked"].contains(how) { await first.client.close() }
            for await _ in gone { break }
            let second = try await Self.enter(server.port, pid: pid, offset: offset)
            #expect(second.sid != first.sid && second.pid != first.pid)
            await first.client.close()
            await second.client.close()
        }
    }

    @Test(
        "Middleware is not asked again, unless that is configured; who is refused may try again",
        arguments: [true, false])
    func middleware(skips: Bool) async throws {
        let asked = Mutex(0)
        let asks: @Sendable (SocketIOServer) -> Void = { io in
            io.use { _ in
                let count = asked.withLock { count in
                    count += 1
                    return count
                }
                if count == 2 { throw ConnectError("Not now.") }
            }
        }
        try await with(ConnectionStateRecovery(skipsMiddleware: skips), setUp: asks) { server, gone in
            let first = try await Self.enter(server.port)
            try server.io.emit("e", 0)
            let offset = Self.offset(await first.client.nextText())
            await first.client.close()
            for await _ in gone { break }
            if !skips {
                let auth = "{\"pid\":\"\(first.pid)\",\"offset\":\"\(offset)\"}"
                let (client, answer) = try await WireClient.connect(port: server.port, auth: auth)
                #expect(answer == "44{\"message\":\"Not now.\"}")
                await client.close()
            }
            let second = try await Self.enter(server.port, pid: first.pid, offset: offset)
            #expect(second.sid == first.sid)
            #expect(asked.withLock { $0 } == (skips ? 1 : 3))
            await second.client.close()
        }
    }

    @Test("While many threads send and clients come and go, each gets every event once, in one order")
    func storm() async throws {
        let names = ["a", "b", "c"]
        let loops = Mutex<[any EventLoop]>([])
        let ends = names.map { _ in AsyncStream.makeStream(of: Void.self) }
        let watches: @Sendable (SocketIOServer) -> Void = { io in
            io.onConnection { socket in
                loops.withLock { $0.append(socket.eventLoop) }
                guard let name = socket.auth["name"]?.string else { return }
                guard let index = names.firstIndex(of: name.string) else { return }
                socket.onDisconnect { _ in ends[index].continuation.yield() }
            }
        }
        try await with(setUp: watches) { server, _ in
            try await withThrowingTaskGroup(of: [String].self) { group in
                let entered = AsyncStream.makeStream(of: Void.self)
                for (name, end) in zip(names, ends) {
                    group.addTask {
                        try await Self.listen(server.port, as: name, ends: end.stream) { entered.continuation.yield() }
                    }
                }
                var count = 0
                for await _ in entered.stream {
                    count += 1
                    if count == names.count { break }
                }
                await Self.send(3_000, by: server.io, loops.withLock { $0 })
                try server.io.emit("end")
                var orders: [[String]] = []
                for try await heard in group { orders.append(heard) }
                #expect(orders.allSatisfy { $0.count == 3_000 && $0 == orders[0] })
                #expect(Set(orders[0]).count == 3_000)
            }
        }
    }

    /// Three senders: a loop of the server, and two threads of nobody's.
    private static func send(_ total: Int, by io: SocketIOServer, _ loops: [any EventLoop]) async {
        await withTaskGroup(of: Void.self) { group in
            for sender in 0..<3 {
                group.addTask {
                    for number in 0..<total / 3 {
                        if sender == 0 {
                            try? await loops[number % loops.count].submit { try io.emit("e", sender, number) }.get()
                        } else {
                            try? io.emit("e", sender, number)
                        }
                    }
                }
            }
        }
    }

    /// What a client hears that is cut off again and again, until the end is told.
    private static func listen(
        _ port: Int, as name: String, ends: AsyncStream<Void>, entered: () -> Void
    ) async throws -> [String] {
        var (client, answer) = try await WireClient.connect(port: port, auth: "{\"name\":\"\(name)\"}")
        let pid = answer.split(separator: "\"")[7]
        entered()
        var heard: [String] = []
        while let text = await client.nextText(), !text.hasPrefix("42[\"end\"") {
            heard.append(text)
            guard heard.count % 400 == 0 else { continue }
            await client.close()
            for await _ in ends { break }
            let auth = "{\"name\":\"\(name)\",\"pid\":\"\(pid)\",\"offset\":\"\(offset(text))\"}"
            (client, answer) = try await WireClient.connect(port: port, auth: auth)
            #expect(answer.contains("\"pid\":\"\(pid)\""))
        }
        await client.close()
        return heard
    }
}
