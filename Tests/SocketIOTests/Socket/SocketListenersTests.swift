import EngineIO
import Foundation
import NIOCore
import SocketIO
import Synchronization
import Testing

/// What closures of a socket hear, and what becomes of what they throw.
@Suite("Handlers of events", .timeLimit(.minutes(1)))
struct SocketListenersTests {
    private struct Refusal: Error {}

    private func with(
        _ configure: @escaping @Sendable (Socket) -> Void, _ body: @Sendable (WireClient) async throws -> Void
    ) async throws {
        try await with(setUp: { _ in }, configure, body)
    }

    private func with(
        setUp: @escaping @Sendable (SocketIOServer) -> Void,
        _ configure: @escaping @Sendable (Socket) -> Void,
        _ body: @Sendable (WireClient) async throws -> Void
    ) async throws {
        try await TestServer.with { io in
            setUp(io)
            io.onConnection { configure($0) }
        } _: { server in
            let (client, _) = try await WireClient.connect(port: server.port)
            try await body(client)
            await client.close()
        }
    }

    @Test("All handlers of a name are called in order; once is once; off is off")
    func onOnceOff() async throws {
        try await with { socket in
            socket.on("x") { _ in try socket.emit("first") }
            socket.once("x") { _ in try socket.emit("once") }
            let second = socket.on("x") { _ in try socket.emit("second") }
            socket.on("off") { event in
                socket.off(second)
                event.ack?.send([])
            }
            socket.on("offAll") { event in
                socket.off("x")
                event.ack?.send([])
            }
            socket.onAny { $0.ack?.send(["nobody"]) }
        } _: { client in
            try await client.send("42[\"x\"]")
            for name in ["first", "once", "second"] { #expect(await client.nextText() == "42[\"\(name)\"]") }
            try await client.send("42[\"x\"]")
            for name in ["first", "second"] { #expect(await client.nextText() == "42[\"\(name)\"]") }
            try await client.send("421[\"off\"]")
            #expect(await client.nextText() == "431[]")
            try await client.send("42[\"x\"]")
            #expect(await client.nextText() == "42[\"first\"]")
            try await client.send("422[\"offAll\"]")
            #expect(await client.nextText() == "432[]")
            try await client.send("423[\"x\"]")
            #expect(await client.nextText() == "433[\"nobody\"]")
        }
    }

    @Test("Typed handlers take up to four arguments; one that is missing is null")
    func severalArguments() async throws {
        try await with { socket in
            socket.on("two") { (name: String, count: Int, ack) in try ack?(name, count) }
            socket.on("three") { (name: String, count: Int?, flag: Bool?, ack) in
                try ack?(name, count, flag == nil)
            }
            socket.on("four") { (a: Int, b: Int, c: Int, d: [String], ack) in
                try await socket.eventLoop.submit {}.get()
                try ack?(a + b + c, d)
            }
        } _: { client in
            try await client.send("421[\"two\",\"a\",7,\"beyond\"]")
            #expect(await client.nextText() == "431[\"a\",7]")
            try await client.send("422[\"three\",\"a\",null]")
            #expect(await client.nextText() == "432[\"a\",null,true]")
            try await client.send("423[\"four\",1,2,3,[\"x\"]]")
            #expect(await client.nextText() == "433[6,[\"x\"]]")
        }
    }

    @Test("An event whose argument does not decode is an error that is heard, and an answer to the client")
    func invalidArguments() async throws {
        let heard = AsyncStream.makeStream(of: String.self)
        let serves: @Sendable (Socket) -> Void = { socket in
            socket.on("number") { (_: Int, ack) in try ack?(true) }
            socket.on("later") { (_: String, _: Int, ack) async in }
            socket.on("throws") { _ in throw Refusal() }
            socket.on("refuses") { _ in throw ConnectError("No.", data: ["code": 7]) }
        }
        let argument = "{\"error\":{\"message\":\"Argument 1 is missing, or not what this event takes.\"}}"
        try await with(serves) { client in
            let events = ["\"number\",\"x\"", "\"number\"", "\"number\",null", "\"number\",1.5"]
            for (number, event) in events.enumerated() {
                try await client.send("42\(number)[\(event)]")
                #expect(await client.nextText() == "43\(number)[\(argument)]")
            }
            try await client.send("425[\"later\",\"x\",{}]")
            #expect(await client.nextText() == "435[\(argument.replacing("Argument 1", with: "Argument 2"))]")
            try await client.send("426[\"throws\"]")
            #expect(await client.nextText() == "436[{\"error\":{\"message\":\"Internal error\"}}]")
            try await client.send("427[\"refuses\"]")
            #expect(await client.nextText() == "437[{\"error\":{\"message\":\"No.\",\"data\":{\"code\":7}}}]")
        }
        let listens: @Sendable (SocketIOServer) -> Void = { io in
            io.onError { _, error in
                guard let error = error as? EventError else { return }
                heard.continuation.yield("\(error.event.name): \(error.message)")
                error.event.ack?.send(["heard"])
            }
        }
        try await with(setUp: listens, serves) { client in
            var iterator = heard.stream.makeAsyncIterator()
            try await client.send("42[\"number\",\"x\"]")
            #expect(await iterator.next() == "number: Argument 1 is missing, or not what this event takes.")
            try await client.send("421[\"throws\"]")
            #expect(await iterator.next() == "throws: Internal error")
            #expect(await client.nextText() == "431[\"heard\"]")
        }
    }

    @Test("What a socket's own error handler answers nobody answers again")
    func errorHandler() async throws {
        try await with { socket in
            socket.onError { error in
                if case .argument(let index, _) = error.cause { error.event.ack?.send([.integer(Int64(index))]) }
            }
            socket.on("x") { (_: String, _: Int, ack) in try ack?("fine") }
        } _: { client in
            try await client.send("421[\"x\",\"a\",\"b\"]")
            #expect(await client.nextText() == "431[1]")
            try await client.send("422[\"x\",\"a\",2]")
            #expect(await client.nextText() == "432[\"fine\"]")
        }
    }

    @Test("Middleware of a socket is asked in order, and keeps events from handlers")
    func middleware() async throws {
        try await with { socket in
            socket.use { event in
                if event.name == "forbidden" { throw ConnectError("Not you.") }
            }
            socket.use { event in
                try await socket.eventLoop.submit {}.get()
                if event.arguments.count > 1 { throw Refusal() }
            }
            socket.onAny { $0.ack?.send(["passed"]) }
        } _: { client in
            try await client.send("421[\"forbidden\"]")
            #expect(await client.nextText() == "431[{\"error\":{\"message\":\"Not you.\"}}]")
            try await client.send("422[\"x\",1,2]")
            #expect(await client.nextText() == "432[{\"error\":{\"message\":\"Internal error\"}}]")
            try await client.send("423[\"x\",1]")
            #expect(await client.nextText() == "433[\"passed\"]")
        }
    }

    @Test("Handlers that are async begin in the order of their events, on the socket's loop, and run side by side")
    func asyncHandlers() async throws {
        let gate = AsyncStream.makeStream(of: Void.self)
        try await with { socket in
            socket.on("waits") { (number: Int, ack) in
                try socket.emit("began", number, socket.rooms.count)
                for await _ in gate.stream { break }
                try ack?(number)
            }
            socket.on("goes") { (number: Int, ack) async throws in try socket.emit("began", number, 0) }
        } _: { client in
            try await client.send("421[\"waits\",0]")
            for number in 1...20 { try await client.send("42[\"goes\",\(number)]") }
            #expect(await client.nextText() == "42[\"began\",0,1]")
            for number in 1...20 { #expect(await client.nextText() == "42[\"began\",\(number),0]") }
            gate.continuation.yield()
            #expect(await client.nextText() == "431[0]")
        }
    }

    @Test("An event is answered once, however often the handler tries")
    func answeredOnce() async throws {
        try await with { socket in
            socket.on("x") { event in
                event.ack?.send([1])
                event.ack?.send([2])
            }
        } _: { client in
            try await client.send("421[\"x\"]")
            try await client.send("422[\"x\"]")
            #expect(await client.nextText() == "431[1]")
            #expect(await client.nextText() == "432[1]")
        }
    }
}
