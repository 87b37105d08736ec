import ByteText
import EngineIO
import JSON
import NIOCore
import Synchronization
import Testing

@testable import SocketIO

/// Batches, and what a socket is given that was being admitted while they passed.
@Suite("Batches") struct DeliveryBatchTests {
    /// Lets clients in when the test says so.
    private final class Gate: ConnectionGate {
        private let waiting = Mutex<[@Sendable (ConnectDecision) -> Void]>([])
        let asked = AsyncStream.makeStream(of: Void.self)
        let sockets = AsyncStream.makeStream(of: Socket.self)

        func admit(_ request: ConnectRequest, decide: @escaping @Sendable (ConnectDecision) -> Void) {
            waiting.withLock { $0.append(decide) }
            asked.continuation.yield()
        }

        func letIn(rooms: [String]) {
            let decide = waiting.withLock { $0.removeFirst() }
            let sockets = sockets.continuation
            var acceptance = ConnectDecision.Acceptance(id: "sid", pid: "pid", rooms: rooms) { Handler($0, sockets) }
            acceptance.holdsDeliveries = true
            decide(.accept(acceptance))
        }

        /// A client that connects, and is let in as soon as the gate is asked; its socket holds back what passes.
        func enter(_ server: TestServer, rooms: [String]) async throws -> (WireClient, Socket) {
            var asked = asked.stream.makeAsyncIterator()
            var entered = sockets.stream.makeAsyncIterator()
            let client = try await WireClient.open(port: server.port)
            try await client.send("40")
            await asked.next()
            letIn(rooms: rooms)
            #expect(await client.nextText() == "40{\"sid\":\"sid\",\"pid\":\"pid\"}")
            return (client, try #require(await entered.next()))
        }
    }

    private final class Handler: SocketHandler {
        init(_ socket: Socket, _ sockets: AsyncStream<Socket>.Continuation) { sockets.yield(socket) }
        func socket(_ socket: Socket, didReceive event: ByteString, arguments: EventArguments, ackID: Int?) {}
        func socket(_ socket: Socket, didDisconnect reason: DisconnectReason) {}
        func socketWasAnswered(_ socket: Socket) {
            socket.send(socket.namespace.encoder.event("after-answer", []))
        }
    }

    private final class Done: Sendable {
        let numbers = Mutex<[Int64]>([])
    }

    /// Notes that it was performed.
    private struct Note: SocketAct {
        let number: Int64
        let done: Done

        func perform(on socket: Socket) { done.numbers.withLock { $0.append(number) } }
        func encode(into writer: inout ClusterWriter) { writer.write(number) }
    }

    private func event(_ name: String, of server: TestServer) -> EngineFrames {
        server.io.of("/").encoder.event(name, [])
    }

    @Test("Rooms keep the order in which they were first told, and each what it was told, framed or written in place")
    func rooms() throws {
        let encoder = PacketEncoder(namespace: "/")
        var builder = DeliveryBatch.Builder()
        func write(_ text: String, _ room: String) -> DeliveryBatch.Builder.Passage {
            builder.passage("e", toRoom: room, by: encoder) { $0.string(text) }
        }
        func json(_ passage: DeliveryBatch.Builder.Passage) -> String? {
            builder.withJSON(of: passage) { String(decoding: $0, as: UTF8.self) }
        }
        var expected: [String: EngineFrames] = [:]
        var passages: [(DeliveryBatch.Builder.Passage, String)] = []
        for (number, room) in ["a", "b", "b", "a", "c", "b", "c", "a", "a"].enumerated() {
            let text = String(repeating: "\(number)", count: [3, 200, 70_000][number % 3])
            expected[room, default: EngineFrames()].append(encoder.event("e", [.string(text)]))
            passages.append((write(text, room), "\"\(text)\""))
            builder.send(encoder.event("f", []), toRoom: room)
            expected[room]?.append(encoder.event("f", []))
        }
        for (passage, text) in passages { #expect(json(passage) == text && passage.size == text.utf8.count) }
        builder.join("d", socketsOf: "a")
        #expect(json(passages[0].0) == nil)
        let late = write("late", "b")
        #expect(json(late) == "\"late\"")
        let batch = builder.finish(stamp: 1, trailer: nil)
        let told = batch.operations.compactMap { operation -> (ByteString, EngineFrames)? in
            if case .room(let room, let frames, except: nil) = operation { (room, frames) } else { nil }
        }
        #expect(told.map(\.0) == ["a", "b", "c", "b"])
        for (room, frames) in told.dropLast() {
            #expect(frames.bytes == expected[room.string]?.bytes && frames.count == expected[room.string]?.count)
        }
        #expect(told.last?.1.bytes == encoder.event("e", ["late"]).bytes)
        #expect(builder.isEmpty)
    }

    @Test("Acks come before the room's events of their segment, the trailer after all, and only for who heard a room")
    func order() async throws {
        let gate = Gate()
        try await TestServer.with {
            $0.of("/").setGate(gate)
        } _: { server in
            let (client, socket) = try await gate.enter(server, rooms: ["r"])
            #expect(try await socket.eventLoop.submit { socket.release(after: 0) }.get())

            var batch = DeliveryBatch.Builder()
            batch.send(event("e1", of: server), toRoom: "r")
            batch.send(event("ack", of: server), to: socket)
            batch.send(event("e2", of: server), toRoom: "r")
            server.io.of("/").deliver(batch.finish(stamp: 1, trailer: event("offset", of: server)))
            for name in ["ack", "e1", "e2", "offset"] {
                #expect(await client.nextText() == "42[\"\(name)\"]")
            }
            var other = DeliveryBatch.Builder()
            other.send(event("x", of: server), toRoom: "elsewhere")
            other.send(event("ack2", of: server), to: socket)
            server.io.of("/").deliver(other.finish(stamp: 2, trailer: event("never", of: server)))
            var last = DeliveryBatch.Builder()
            last.send(event("ack3", of: server), to: socket)
            server.io.of("/").deliver(last.finish(stamp: 3, trailer: nil))
            for name in ["ack2", "ack3"] {
                #expect(await client.nextText() == "42[\"\(name)\"]")
            }
            await client.close()
        }
    }

    @Test("What a socket is sent by itself stands where it was sent, between what a batch has noted for it")
    func between() async throws {
        let gate = Gate()
        try await TestServer.with {
            $0.of("/").setGate(gate)
        } _: { server in
            let (client, socket) = try await gate.enter(server, rooms: ["r", "s"])
            let namespace = server.io.of("/")
            var first = DeliveryBatch.Builder()
            first.answer(event("ack", of: server), to: socket)
            first.send(event("r1", of: server), toRoom: "r")
            first.send(event("s1", of: server), toRoom: "s")
            let batch = first.finish(stamp: 1, trailer: event("offset", of: server))
            var second = DeliveryBatch.Builder()
            second.send(event("r2", of: server), toRoom: "r")
            let last = second.finish(stamp: 2, trailer: event("offset2", of: server))
            let own = event("own", of: server)
            try await socket.eventLoop.submit {
                #expect(socket.release(after: 0))
                namespace.deliver(batch)
                // Between the two batches, and before anything of them is flushed.
                socket.eventLoop.execute { socket.send(own) }
                namespace.deliver(last)
                // Its last word comes after all of it, trailer included.
                socket.eventLoop.execute { socket.disconnect() }
            }.get()
            for name in ["ack", "after-answer", "r1", "s1", "own", "r2", "offset2"] {
                #expect(await client.nextText() == "42[\"\(name)\"]")
            }
            #expect(await client.nextText() == "41")
            await client.close()
        }
    }

    @Test("A batch for many is the same for each, and one who has more of it has it in order")
    func many() async throws {
        let gate = Gate()
        try await TestServer.with {
            $0.of("/").setGate(gate)
        } _: { server in
            var clients: [(WireClient, Socket)] = []
            for _ in 0..<40 {
                let (client, socket) = try await gate.enter(server, rooms: ["r"])
                #expect(try await socket.eventLoop.submit { socket.release(after: 0) }.get())
                clients.append((client, socket))
            }
            let namespace = server.io.of("/")
            var batch = DeliveryBatch.Builder()
            for (_, socket) in clients.dropFirst(20).prefix(3) { batch.send(event("ack", of: server), to: socket) }
            batch.send(event("x", of: server), toRoom: "r")
            let told = AsyncStream<Void>.makeStream()
            namespace.deliver(batch.finish(stamp: 1, trailer: event("offset", of: server))) {
                told.continuation.yield()
            }
            for (place, (client, _)) in clients.enumerated() {
                let names = ((20..<23).contains(place) ? ["ack"] : []) + ["x", "offset"]
                for name in names { #expect(await client.nextText() == "42[\"\(name)\"]") }
                await client.close()
            }
            var loops = told.stream.makeAsyncIterator()
            for _ in 0..<namespace.loopCount { await loops.next() }
        }
    }

    @Test("Batches that wait for the loop together are sent together, with the trailer of the last that has one")
    func together() async throws {
        let gate = Gate()
        try await TestServer.with {
            $0.of("/").setGate(gate)
        } _: { server in
            let (client, socket) = try await gate.enter(server, rooms: ["r"])
            let namespace = server.io.of("/")
            let sent = AsyncStream<Int>.makeStream()
            let batches = (1...4).map { stamp in
                var batch = DeliveryBatch.Builder()
                batch.send(event("e\(stamp)", of: server), toRoom: stamp == 2 ? "elsewhere" : "r")
                let trailer = stamp == 4 ? nil : event("offset\(stamp)", of: server)
                return batch.finish(stamp: Int64(stamp), trailer: trailer)
            }
            try await socket.eventLoop.submit {
                #expect(socket.release(after: 0))
                for batch in batches { namespace.deliver(batch) { sent.continuation.yield(Int(batch.stamp)) } }
            }.get()
            for name in ["e1", "e3", "e4", "offset3"] {
                #expect(await client.nextText() == "42[\"\(name)\"]")
            }
            var told: [Int] = []
            for await stamp in sent.stream where stamp != 0 {
                told.append(stamp)
                if told.count == batches.count * namespace.loopCount { break }
            }
            #expect(told.sorted() == (1...4).flatMap { Array(repeating: $0, count: namespace.loopCount) })
            await client.close()
        }
    }

    @Test(
        "What passes during an admission reaches the socket once it says where it stands, room changes included",
        arguments: TestServer.Reach.allCases)
    func held(reach: TestServer.Reach) async throws {
        let gate = Gate()
        try await TestServer.with(reach) {
            $0.of("/").setGate(gate)
        } _: { server, other in
            var asked = gate.asked.stream.makeAsyncIterator()
            var sockets = gate.sockets.stream.makeAsyncIterator()
            let namespace = other.io.of("/")
            let client = try await WireClient.open(port: server.port)
            try await client.send("40")
            await asked.next()
            for stamp in 1...4 {
                var batch = DeliveryBatch.Builder()
                batch.send(event("r\(stamp)", of: server), toRoom: "r")
                batch.send(event("s\(stamp)", of: server), toRoom: "s")
                if stamp == 3 {
                    batch.leave("r", socketsOf: "me")
                    batch.join("s", socketsOf: "me")
                    batch.send(event("after", of: server), toRoom: "s")
                }
                namespace.deliver(batch.finish(stamp: Int64(stamp), trailer: event("t\(stamp)", of: server)))
            }
            gate.letIn(rooms: ["r", "me"])
            #expect(await client.nextText()?.hasPrefix("40") == true)
            let socket = try #require(await sockets.next())
            #expect(try await socket.eventLoop.submit { socket.release(after: 1) }.get())
            for name in ["r2", "t2", "r3", "after", "t3", "s4", "t4"] {
                #expect(await client.nextText() == "42[\"\(name)\"]")
            }
            await client.close()
        }
    }

    @Test(
        "A batch that the socket's snapshot held already is not told again, though it comes after the release",
        arguments: TestServer.Reach.allCases)
    func knownAlready(reach: TestServer.Reach) async throws {
        let gate = Gate()
        try await TestServer.with(reach) { $0.of("/").setGate(gate) } _: { server, other in
            var asked = gate.asked.stream.makeAsyncIterator()
            var sockets = gate.sockets.stream.makeAsyncIterator()
            let client = try await WireClient.open(port: server.port)
            try await client.send("40")
            await asked.next()
            gate.letIn(rooms: ["r"])
            let socket = try #require(await sockets.next())
            #expect(try await socket.eventLoop.submit { socket.release(after: 7) }.get())
            for stamp in [6, 7, 8] as [Int64] {
                var batch = DeliveryBatch.Builder()
                batch.send(event("e\(stamp)", of: server), toRoom: "r")
                other.io.of("/").deliver(batch.finish(stamp: stamp, trailer: nil))
            }
            #expect(await client.nextText()?.hasPrefix("40") == true)
            #expect(await client.nextText() == "42[\"e8\"]")
            await client.close()
        }
    }

    @Test(
        "More than can be held is not given in part: it is kept and read again, and where the socket moved holds",
        arguments: TestServer.Reach.allCases)
    func overflow(reach: TestServer.Reach) async throws {
        let gate = Gate()
        try await TestServer.with(reach) { $0.of("/").setGate(gate) } _: { server, other in
            let namespace = other.io.of("/")
            func deliver(_ stamp: Int) {
                var batch = DeliveryBatch.Builder()
                batch.send(event("e\(stamp)", of: server), toRoom: "r")
                if stamp == 1000 {
                    batch.leave("r", socketsOf: "me")
                    batch.join("s", socketsOf: "me")
                }
                if stamp == 2900 { batch.join("t", socketsOf: "me") }
                for room in ["s", "t"] { batch.send(event("\(room)\(stamp)", of: server), toRoom: room) }
                namespace.deliver(batch.finish(stamp: Int64(stamp), trailer: nil))
            }
            let (client, socket) = try await gate.enter(server, rooms: ["r", "me"])
            for stamp in 1...3000 { deliver(stamp) }
            #expect(try await socket.eventLoop.submit { socket.release(after: 0) }.get() == false)
            try await socket.eventLoop.submit { socket.keep() }.get()
            deliver(3001)
            #expect(try await socket.eventLoop.submit { socket.release(after: 3000) }.get())
            #expect(await client.nextText() == "42[\"s3001\"]")
            #expect(await client.nextText() == "42[\"t3001\"]")
            await client.close()
        }
    }

    @Test(
        "A socket that follows is moved from room to room and told nothing; what is kept then is told",
        arguments: TestServer.Reach.allCases)
    func follows(reach: TestServer.Reach) async throws {
        let gate = Gate()
        try await TestServer.with(reach) { $0.of("/").setGate(gate) } _: { server, other in
            let namespace = other.io.of("/")
            func deliver(_ stamp: Int64, joining room: String) {
                var batch = DeliveryBatch.Builder()
                batch.join(room, socketsOf: "me")
                for room in ["a", "b", "c"] { batch.send(event("\(room)\(stamp)", of: server), toRoom: room) }
                namespace.deliver(batch.finish(stamp: stamp, trailer: nil))
            }
            let (client, socket) = try await gate.enter(server, rooms: ["me"])
            deliver(1, joining: "a")
            try await socket.eventLoop.submit { socket.follow() }.get()
            deliver(2, joining: "b")
            try await socket.eventLoop.submit { socket.keep() }.get()
            deliver(3, joining: "c")
            deliver(4, joining: "c")
            #expect(try await socket.eventLoop.submit { socket.release(after: 3) }.get())
            for room in ["a", "b", "c"] { #expect(await client.nextText() == "42[\"\(room)4\"]") }
            await client.close()
        }
    }

    @Test(
        "What is to be done with a socket is done at once while it holds back, and what passed before it came, then",
        arguments: TestServer.Reach.allCases)
    func performsAtOnce(reach: TestServer.Reach) async throws {
        let gate = Gate()
        try await TestServer.with(reach) { $0.of("/").setGate(gate) } _: { server, other in
            var asked = gate.asked.stream.makeAsyncIterator()
            var sockets = gate.sockets.stream.makeAsyncIterator()
            let done = Done()
            server.io.of("/").setActDecoder { (reader) throws(ClusterMessageError) in
                Note(number: try reader.number(), done: done)
            }
            func perform(_ number: Int64) {
                var batch = DeliveryBatch.Builder()
                batch.perform(Note(number: number, done: done), onSocketsOf: "me")
                other.io.of("/").deliver(batch.finish(stamp: 1, trailer: nil))
            }
            let client = try await WireClient.open(port: server.port)
            try await client.send("40")
            await asked.next()
            perform(1)
            gate.letIn(rooms: ["me"])
            let socket = try #require(await sockets.next())
            perform(2)
            try await socket.eventLoop.submit { #expect(done.numbers.withLock { $0 } == [1, 2]) }.get()
            #expect(try await socket.eventLoop.submit { socket.release(after: 7) }.get())
            #expect(done.numbers.withLock { $0 } == [1, 2])
            await client.close()
        }
    }

    @Test(
        "Where more passes than can be kept before the client is let in, it is sent away to come again",
        arguments: TestServer.Reach.allCases)
    func lost(reach: TestServer.Reach) async throws {
        let gate = Gate()
        try await TestServer.with(reach) { $0.of("/").setGate(gate) } _: { server, other in
            var asked = gate.asked.stream.makeAsyncIterator()
            let client = try await WireClient.open(port: server.port)
            try await client.send("40")
            await asked.next()
            for stamp in 1...3000 {
                var batch = DeliveryBatch.Builder()
                batch.send(event("e", of: server), toRoom: "r")
                other.io.of("/").deliver(batch.finish(stamp: Int64(stamp), trailer: nil))
            }
            gate.letIn(rooms: ["r"])
            #expect(await client.nextText() == nil)
            await client.close()
        }
    }
}
