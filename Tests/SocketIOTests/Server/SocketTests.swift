import NIOCore
import SocketIO
import Synchronization
import Testing

@Suite struct SocketTests {
    @Test("Binary arguments in any position come back as they were, with their ack")
    func binary() async throws {
        try await TestServer.with { io in
            io.onConnection { socket in socket.on("echo") { $0.ack?.send($0.arguments) } }
        } _: { server in
            let (client, _) = try await WireClient.connect(port: server.port)
            let body = "[\"echo\",{\"a\":[{\"_placeholder\":true,\"num\":0}]},{\"_placeholder\":true,\"num\":1}]"
            try await client.send("452-3" + body)
            try await client.send(binary: [1, 2])
            try await client.send(binary: [3])
            #expect(
                await client.nextText()
                    == "462-3[{\"a\":[{\"_placeholder\":true,\"num\":0}]},{\"_placeholder\":true,\"num\":1}]")
            #expect(await client.next() == .binary([1, 2]))
            #expect(await client.next() == .binary([3]))
            await client.close()
        }
    }

    @Test("The server's events are acknowledged by clients; too late, or never, is an error")
    func emitWithAck() async throws {
        let sockets = AsyncStream.makeStream(of: Socket.self)
        try await TestServer.with { io in
            io.onConnection { sockets.continuation.yield($0) }
        } _: { server in
            let (client, _) = try await WireClient.connect(port: server.port)
            var iterator = sockets.stream.makeAsyncIterator()
            let socket = try #require(await iterator.next())
            async let answer = socket.emitWithAck("sum", 1, 2)
            #expect(await client.nextText() == "420[\"sum\",1,2]")
            try await client.send("430[3]")
            #expect(try await answer == [3])

            await #expect(throws: AckError.timedOut) {
                try await socket.emitWithAck("never", timeout: .milliseconds(20))
            }
            #expect(await client.nextText() == "421[\"never\"]")
            try await client.send("431[\"late\"]")

            let abandoned = Task { try await socket.emitWithAck("gone") }
            #expect(await client.nextText() == "422[\"gone\"]")
            await client.close()
            await #expect(throws: AckError.disconnected) { try await abandoned.value }
        }
    }

    @Test("Typed handlers get decoded arguments, and what does not decode goes to onInvalid")
    func typed() async throws {
        struct Point: Codable, Sendable, Equatable {
            var x: Int
            var y: Double
        }
        try await TestServer.with { io in
            io.onConnection { socket in
                socket.on("point", onInvalid: { $0.ack?.send(["invalid"]) }) { (point: Point, ack) in
                    try? ack?(Point(x: point.x + 1, y: point.y / 2))
                }
                socket.onAny { $0.ack?.send([.string("any:\($0.name)")]) }
            }
        } _: { server in
            let (client, _) = try await WireClient.connect(port: server.port)
            try await client.send("420[\"point\",{\"x\":1,\"y\":5}]")
            let answer = try #require(await client.nextText())
            #expect(answer.contains("\"x\":2") && answer.contains("\"y\":2.5"))
            for (number, arguments) in ["{\"x\":\"a\"}", "7", "null"].enumerated() {
                try await client.send("42\(number)[\"point\",\(arguments)]")
                #expect(await client.nextText() == "43\(number)[\"invalid\"]")
            }
            try await client.send("429[\"other\"]")
            #expect(await client.nextText() == "439[\"any:other\"]")
            await client.close()
        }
    }

    @Test("Disconnecting from either side gives its reason, once")
    func reasons() async throws {
        let reasons = AsyncStream.makeStream(of: DisconnectReason.self)
        try await TestServer.with { io in
            io.onConnection { socket in
                socket.onDisconnect { reasons.continuation.yield($0) }
                socket.on("kick") { _ in socket.disconnect() }
                socket.on("close") { _ in socket.disconnect(closingConnection: true) }
                socket.on("cut") { _ in socket.closeTransport() }
            }
        } _: { server in
            var iterator = reasons.stream.makeAsyncIterator()
            func client() async throws -> WireClient { try await WireClient.connect(port: server.port).0 }

            let leaves = try await client()
            try await leaves.send("41")
            #expect(await iterator.next() == .client)
            await leaves.close()

            let cut = try await client()
            await cut.close()
            #expect(await iterator.next() == .transportClose)

            let kicked = try await client()
            try await kicked.send("42[\"kick\"]")
            #expect(await kicked.nextText() == "41")
            #expect(await iterator.next() == .server)
            try await kicked.send("40")
            #expect(await kicked.nextText()?.hasPrefix("40{") == true)
            await kicked.close()
            #expect(await iterator.next() == .transportClose)

            let closed = try await client()
            try await closed.send("42[\"close\"]")
            #expect(await closed.nextText() == "41")
            #expect(await closed.next() == nil)
            #expect(await iterator.next() == .server)

            let transport = try await client()
            try await transport.send("42[\"cut\"]")
            #expect(await transport.next() == nil)
            #expect(await iterator.next() == .forcedServerClose)

            let malformed = try await client()
            try await malformed.send("4abc")
            #expect(await malformed.next() == nil)
            #expect(await iterator.next() == .parseError)
        }
    }

    @Test("A fault in one connection touches no other")
    func isolation() async throws {
        try await TestServer.with { io in
            io.onConnection { socket in
                socket.join("all")
                socket.on("echo") { $0.ack?.send($0.arguments) }
            }
        } _: { server in
            let (good, _) = try await WireClient.connect(port: server.port)
            for packet in [
                "4abc", "42{}", "42[\"connect\"]", "459-[]", "440", "42" + String(repeating: "[", count: 5000),
            ] {
                let (bad, _) = try await WireClient.connect(port: server.port)
                try await bad.send(packet)
                #expect(await bad.next() == nil, "\(packet.prefix(20))")
                try await good.send("420[\"echo\",1]")
                #expect(await good.nextText() == "430[1]")
            }
            await good.close()
        }
    }
}
