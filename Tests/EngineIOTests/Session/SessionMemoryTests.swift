import NIOCore
import NIOEmbedded
import NIOHTTP1
import SocketServer
import SocketTestKit
import Testing
import WaitTestKit

@testable import EngineIO

/// What a session that has ended still keeps counts like before.
@Suite("The memory of sessions that have ended", .timeLimit(.minutes(5)))
struct SessionMemoryTests {
    /// A session over polling on a loop whose time moves by hand.
    private struct Polling {
        let eventLoop = EmbeddedEventLoop()
        let pool: MemoryPool
        let session: EngineSession

        init(limit: Int = .max) {
            pool = MemoryPool(limit: limit)
            var configuration = EngineConfiguration()
            configuration.memory = pool
            configuration.closeTimeout = .seconds(10)
            let engine = EngineServer(configuration: configuration) { _ in TestHandler(log: TestLog()) }
            let handshake = EngineHandshake(
                path: "/socket.io/", rawQuery: "", headers: [:], remoteAddress: "127.0.0.1", isSecure: false,
                transport: .polling)
            session = EngineSession(
                handshake: handshake, transport: .polling,
                loop: engine.directory.loop(eventLoop, configuration: configuration), directory: engine.directory)
            session.account.open(for: session)
        }

        /// Ends it with so much that its client has not fetched.
        func end(leaving size: Int) {
            var frames = EngineFrames()
            frames.append(binary: ByteBuffer(repeating: 1, count: size).readableBytesView)
            session.send(frames)
            session.close(.forcedClose)
        }
    }

    @Test("What a client over polling has yet to fetch counts until the time for that is over")
    func lingering() {
        let polling = Polling()
        polling.end(leaving: 500_000)
        #expect(polling.pool.used >= 500_000)
        polling.eventLoop.advanceTime(by: .seconds(9))
        #expect(polling.pool.used >= 500_000)
        polling.eventLoop.advanceTime(by: .seconds(2))
        #expect(polling.pool.used == 0 && polling.pool.accountCount == 0)
    }

    @Test("Where room is wanted it goes before those of the living do")
    func givesWay() {
        let polling = Polling(limit: 400_000)
        polling.end(leaving: 500_000)
        polling.eventLoop.run()
        #expect(polling.pool.accountsGivenUp == 1 && polling.pool.used == 0)
    }

    @Test("What a WebSocket still has to send counts until it is gone", arguments: [1, 3])
    func leaving(threads: Int) async throws {
        let pool = MemoryPool()
        try await TestEngine.with(threads: threads, change: { configuration in
            configuration.memory = pool
            configuration.maxSendQueue = 100 << 20
            configuration.maxConnectionMemory = 100 << 20
        }) { engine in
            let (client, _) = try await engine.openSocket()
            try await client.setReading(false)
            try await client.sendText("4flood")
            try await client.sendText("4close")
            await engine.log.wait(for: EngineCloseReason.forcedClose.rawValue)
            #expect(pool.used > 10 << 20)
            try await client.close()
            try await until("it went with its client") { pool.used == 0 }
        }
    }
}
