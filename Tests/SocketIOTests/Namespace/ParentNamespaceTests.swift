import EngineIO
import NIOCore
import SocketIO
import Testing

@Suite("Dynamic namespaces", .timeLimit(.minutes(1)))
struct ParentNamespaceTests {
    @Test("A namespace that matches a pattern is made for the client that asks, with its parent's handlers")
    func pattern() async throws {
        try await TestServer.with { io in
            let rooms = io.of(matching: /^\/room-\d+$/)
            rooms.use { request in
                if request.auth["no"] != nil { throw ConnectError("No.") }
            }
            rooms.onConnection { socket in
                socket.on("where") { $0.ack?.send([.string(socket.namespace.name)]) }
            }
        } _: { server in
            let (client, answer) = try await WireClient.connect(port: server.port, namespace: "/room-7")
            #expect(answer.hasPrefix("40/room-7,{\"sid\""))
            try await client.send("42/room-7,1[\"where\"]")
            #expect(await client.nextText() == "43/room-7,1[\"/room-7\"]")
            try await client.send("40/room-x,")
            #expect(await client.nextText() == "44/room-x,{\"message\":\"Invalid namespace\"}")
            try await client.send("40/room-8,{\"no\":1}")
            #expect(await client.nextText() == "44/room-8,{\"message\":\"No.\"}")
            try server.io.of("/room-7").emit("x")
            #expect(await client.nextText() == "42/room-7,[\"x\"]")
            await client.close()
        }
    }

    @Test("What the parent emits reaches the sockets of all its namespaces; a predicate sees name and auth")
    func broadcast() async throws {
        let parents = AsyncStream.makeStream(of: ParentNamespace.self)
        try await TestServer.with { io in
            let parent = io.of(where: { name, auth in name.utf8.count == 2 && auth["token"] == "t" })
            parent.onConnection { $0.join("r") }
            parents.continuation.yield(parent)
        } _: { server in
            var iterator = parents.stream.makeAsyncIterator()
            let parent = try #require(await iterator.next())
            let (client, answer) = try await WireClient.connect(port: server.port, namespace: "/a")
            #expect(answer == "44/a,{\"message\":\"Invalid namespace\"}")
            for name in ["/a", "/b"] {
                try await client.send("40\(name),{\"token\":\"t\"}")
                #expect(await client.nextText()?.hasPrefix("40\(name),{") == true)
            }
            #expect(parent.children.map(\.name).sorted() == ["/a", "/b"])
            try parent.to("r").emit("x", 1)
            try parent.to("none").emit("not")
            try parent.emit("y")
            var heard: Set<String> = []
            for _ in 0..<4 { heard.insert(await client.nextText() ?? "") }
            #expect(heard == ["42/a,[\"x\",1]", "42/b,[\"x\",1]", "42/a,[\"y\"]", "42/b,[\"y\"]"])
            await client.close()
        }
    }

    @Test("A namespace without clients is forgotten, unless the application asked for it")
    func forgotten() async throws {
        let parents = AsyncStream.makeStream(of: ParentNamespace.self)
        try await TestServer.with { io in
            let parent = io.of(matching: /^\/n/)
            parent.use { request in
                if request.auth["no"] != nil { throw ConnectError("No.") }
            }
            parent.onConnection { socket in socket.on("x") { $0.ack?.send([]) } }
            parents.continuation.yield(parent)
        } _: { server in
            var iterator = parents.stream.makeAsyncIterator()
            let parent = try #require(await iterator.next())
            let kept = server.io.of("/n-kept")
            let (client, _) = try await WireClient.connect(port: server.port)
            for name in ["/n1", "/n-kept", "/n1"] {
                try await client.send("40\(name),")
                #expect(await client.nextText()?.hasPrefix("40\(name),{") == true)
                #expect(parent.children.contains { $0.name == name })
                try await client.send("41\(name),")
                try await client.send("40\(name)2,{\"no\":1}")
                #expect(await client.nextText() == "44\(name)2,{\"message\":\"No.\"}")
                #expect(parent.children.contains { $0.name == name } == (name == "/n-kept"))
            }
            #expect(server.io.of("/n-kept") === kept)
            #expect(parent.children.map(\.name) == ["/n-kept"])
            await client.close()
        }
    }

    @Test("Neither a client nor all together can make more of them than is configured")
    func bounded() async throws {
        var configuration = SocketIOConfiguration()
        configuration.maxNamespacesPerClient = 4
        configuration.maxDynamicNamespaces = 6
        try await TestServer.with(configuration: configuration) { io in
            _ = io.of(matching: /^\/n/)
        } _: { server in
            let (first, _) = try await WireClient.connect(port: server.port)
            for number in 0..<4 {
                try await first.send("40/n\(number),")
                let isIn = number < 3
                let answer = isIn ? "40/n\(number),{\"sid\"" : "44/n3,{\"message\":\"Too many namespaces\"}"
                #expect(await first.nextText()?.hasPrefix(answer) == true)
            }
            let (second, _) = try await WireClient.connect(port: server.port, namespace: "/n4")
            for number in 5..<8 {
                try await second.send("40/n\(number),")
                let isIn = number < 7
                let answer = isIn ? "40/n\(number),{\"sid\"" : "44/n7,{\"message\":\"Invalid namespace\"}"
                #expect(await second.nextText()?.hasPrefix(answer) == true)
            }
            await first.close()
            await second.close()
        }
    }
}
