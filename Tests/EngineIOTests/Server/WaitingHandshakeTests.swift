import EngineIO
import NIOCore
import SocketServer
import SocketTestKit
import Synchronization
import Testing

@Suite("Handshakes that wait for room", .timeLimit(.minutes(1)))
struct WaitingHandshakeTests {
    /// Admits as many as it has places; counts how often it was asked.
    private final class Door: Sendable {
        private let state = Mutex((places: 0, asked: 0))
        private let look: Duration

        /// - Parameter look: how long a handshake is told to wait.
        init(look: Duration) { self.look = look }

        var asked: Int { state.withLock { $0.asked } }

        func open(_ places: Int) { state.withLock { $0.places += places } }

        func admission() -> EngineAdmission {
            state.withLock { state in
                state.asked += 1
                guard state.places > 0 else { return .wait(look) }
                state.places -= 1
                return .accept
            }
        }

        /// Waits until it was asked so often.
        func asked(_ count: Int) async throws { while asked < count { try await Task.sleep(for: .milliseconds(1)) } }
    }

    private func with(look: Duration, body: (TestEngine, Door) async throws -> Void) async throws {
        let door = Door(look: look)
        try await TestEngine.with(change: { $0.admission = { _, _ in door.admission() } }) { engine in
            try await body(engine, door)
        }
    }

    @Test("They are taken one by one as room is said to be free, first come first, however long they were to wait")
    func roomIsFree() async throws {
        try await with(look: .seconds(3600)) { engine, door in
            let first = try await engine.connect()
            try await first.sendRequest("GET", "/socket.io/?EIO=4&transport=polling")
            try await door.asked(1)
            let second = try await engine.connect()
            try await second.sendRequest("GET", "/socket.io/?EIO=4&transport=polling")
            try await door.asked(2)
            let loop = try #require(engine.server.eventLoops.first)
            door.open(1)
            try await loop.submit { engine.engine.roomMayBeFree(on: loop) }.get()
            #expect(try await first.readResponse().status == 200)
            // No room: asked, and left waiting in its place.
            try await loop.submit { engine.engine.roomMayBeFree(on: loop) }.get()
            #expect(door.asked == 4 && engine.engine.sessionCount == 1)
            door.open(1)
            try await loop.submit { engine.engine.roomMayBeFree(on: loop) }.get()
            #expect(try await second.readResponse().status == 200)
        }
    }

    @Test("All are asked for again when their time is over")
    func timer() async throws {
        try await with(look: .milliseconds(5)) { engine, door in
            var clients: [RawClient] = []
            for number in 1...3 {
                let client = try await engine.connect()
                try await client.sendRequest("GET", "/socket.io/?EIO=4&transport=polling")
                clients.append(client)
                try await door.asked(number)
            }
            door.open(3)
            for client in clients { #expect(try await client.readResponse().status == 200) }
            #expect(engine.engine.sessionCount == 3)
        }
    }

    @Test("One whose client goes is dropped, and takes no place")
    func gone() async throws {
        try await with(look: .milliseconds(5)) { engine, door in
            let client = try await engine.connect()
            try await client.sendRequest("GET", "/socket.io/?EIO=4&transport=polling")
            try await door.asked(1)
            try await client.close()
            while engine.server.connectionCount > 0 { try await Task.sleep(for: .milliseconds(1)) }
            door.open(1)
            let next = try await engine.connect()
            #expect(try await next.request("GET", "/socket.io/?EIO=4&transport=polling").status == 200)
        }
    }

    @Test("A WebSocket that waited begins with the frames that came meanwhile")
    func framesMeanwhile() async throws {
        try await with(look: .seconds(3600)) { engine, door in
            let client = try await engine.connect()
            let handshake =
                "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\n"
                + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            try await client.send(handshake)
            try await door.asked(1)
            try await client.sendText("4early")
            let loop = try #require(engine.server.eventLoops.first)
            // Behind the loop's next reads, so that the frame is there.
            for _ in 0..<20 { try await loop.submit {}.get() }
            door.open(1)
            try await loop.submit { engine.engine.roomMayBeFree(on: loop) }.get()
            #expect(try await client.readResponse().status == 101)
            #expect(try await client.readText().hasPrefix("0{"))
            #expect(try await client.readText() == "4early")
        }
    }
}
