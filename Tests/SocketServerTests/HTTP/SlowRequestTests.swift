import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import SocketServer

/// Time moves by hand: what is closed at its limit must be open right before it.
@Suite("Requests that do not come")
struct SlowRequestTests {
    /// Answers on the loop, as a task has no place on one whose time stands still.
    private struct AtOnce: LoopHTTPService {
        func begin(_ exchange: HTTPExchange) { exchange.respond(.ok, body: ByteBuffer(string: "here")) }
    }

    /// A connection of a server, without a socket.
    private struct Line {
        let channel = EmbeddedChannel()
        let limits: SocketServerLimits

        init() throws {
            var configuration = SocketServerConfiguration(listen: [], threads: 1)
            configuration.limits.headTimeout = .seconds(10)
            configuration.limits.bodyTimeout = .seconds(20)
            configuration.limits.keepAliveTimeout = .seconds(60)
            limits = configuration.limits
            var routes = HTTPRoutes()
            routes.add("/parked", ParkingService())
            routes.add("/at-once", AtOnce())
            let shared = ServerShared(configuration: configuration, routes: routes)
            let context = LoopContext(eventLoop: channel.embeddedEventLoop, shared: shared)
            let stranger = shared.registry.arrive(AddressKey("192.0.2.1"), end: {})
            try HTTPPipeline.install(on: channel, tls: nil, context: context, stranger: stranger, isProxied: false)
            try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        }

        func comes(_ text: String) throws {
            try channel.writeInbound(ByteBuffer(string: text))
        }

        func answered() throws -> String {
            var text = ""
            while let part = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: part) }
            return text
        }

        /// Whether it is open after nine tenths of a time, and after eleven.
        func isOpen(around limit: Duration) -> [Bool] {
            channel.embeddedEventLoop.advanceTime(by: TimeAmount(limit * 0.9))
            let before = channel.isActive
            channel.embeddedEventLoop.advanceTime(by: TimeAmount(limit * 0.2))
            return [before, channel.isActive]
        }
    }

    @Test("A connection on which nothing comes is closed at the time for a head, and not before")
    func nothing() throws {
        let line = try Line()
        #expect(line.isOpen(around: line.limits.headTimeout) == [true, false])
    }

    @Test("Half a head is closed at the same time: more of it wins no time")
    func slowHead() throws {
        let line = try Line()
        try line.comes("GET / HTTP/1.1\r\nHost: a\r\nX: ")
        line.channel.embeddedEventLoop.advanceTime(by: .seconds(8))
        #expect(line.channel.isActive)
        try line.comes("more and more")
        line.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(line.channel.isActive)
        line.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!line.channel.isActive)
    }

    @Test("A body that stops is closed at the time for its next part, and not before")
    func slowBody() throws {
        let line = try Line()
        try line.comes("POST /parked HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
        line.channel.embeddedEventLoop.advanceTime(by: .seconds(15))
        try line.comes("def")
        #expect(line.isOpen(around: line.limits.bodyTimeout) == [true, false])
    }

    @Test("A whole request is waited for as long as its answer takes")
    func parked() throws {
        let line = try Line()
        try line.comes("GET /parked HTTP/1.1\r\nHost: a\r\n\r\n")
        line.channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(line.channel.isActive)
        #expect(try line.answered() == "")
        _ = try line.channel.finish(acceptAlreadyClosed: true)
    }

    @Test("An idle connection is closed at its time, and one that asks again begins anew")
    func idle() throws {
        let line = try Line()
        for _ in 0..<3 {
            try line.comes("GET /at-once HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try line.answered().hasPrefix("HTTP/1.1 200"))
            line.channel.embeddedEventLoop.advanceTime(by: TimeAmount(line.limits.keepAliveTimeout * 0.9))
            #expect(line.channel.isActive)
        }
        try line.comes("GET /at-once HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(line.isOpen(around: line.limits.keepAliveTimeout) == [true, false])
    }
}
