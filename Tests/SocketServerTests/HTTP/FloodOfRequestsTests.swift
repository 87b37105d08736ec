import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import SocketServer

/// One connection that asks without end, on a loop of the test's own.
@Suite("A flood of requests on one connection")
struct FloodOfRequestsTests {
    /// Keeps what begins, and answers when it is told to.
    private final class Desk: LoopHTTPService, @unchecked Sendable {  // used on the test's thread only
        var isAnswering = false
        var begun = 0
        var open: [HTTPExchange] = []

        func begin(_ exchange: HTTPExchange) {
            begun += 1
            if isAnswering { exchange.respond(.noContent) } else { open.append(exchange) }
        }
    }

    private let loop = EmbeddedEventLoop()
    private let desk = Desk()
    private let channel: EmbeddedChannel
    private let context: LoopContext
    private let connection: HTTPConnection

    init() throws { try self.init(requestsPerAddress: 0) }

    private init(requestsPerAddress: Int) throws {
        var routes = HTTPRoutes()
        routes.add("/x", desk)
        var configuration = SocketServerConfiguration(listen: [], threads: 1, logger: Logger(label: "test"))
        configuration.limits.requestsPerConnection = 100
        configuration.limits.requestsPerAddress = requestsPerAddress
        let shared = ServerShared(configuration: configuration, routes: routes)
        context = LoopContext(eventLoop: loop, shared: shared)
        channel = EmbeddedChannel(loop: loop)
        let stranger = shared.registry.arrive(AddressKey(nil)) {}
        connection = HTTPConnection(loop: context, isTLS: false, codec: nil, stranger: stranger)
        try channel.pipeline.syncOperations.addHandler(connection)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func send(_ count: Int, _ fields: String = "") throws {
        let request = "GET /x HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
        try channel.writeInbound(ByteBuffer(string: String(repeating: request, count: count)))
    }

    @Test("What comes past the bound although nothing is read is dropped, after the answers to what came before it")
    func readsAllAtTheEnd() throws {
        try send(1)
        try send(100)
        #expect(desk.begun == 1)
        channel.read()
        #expect(channel.isActive)
        for _ in 0..<10 { try send(50) }
        loop.run()
        #expect(throws: (any Error).self, "what is dropped is parsed") {
            _ = try channel.pipeline.syncOperations.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
        }
        while let exchange = desk.open.popLast() {
            exchange.respond(.noContent)
            loop.advanceTime(by: .seconds(1))
        }
        #expect((30...101).contains(desk.begun), "\(desk.begun) requests were answered")
        let answered = desk.begun
        _ = try? send(1)
        loop.advanceTime(by: .seconds(10))
        #expect(desk.begun == answered)
        #expect(!channel.isActive, "a connection that sends more than is read is kept")
    }

    @Test("Requests of strangers wait their turn after a few, and all of them together leave the loop to others")
    func turns() throws {
        desk.isAnswering = true
        try send(60)
        let slice = desk.begun
        #expect((2...10).contains(slice), "\(slice) requests in one turn")
        loop.advanceTime(by: .nanoseconds(StrangersShare.request.nanoseconds * Int64(slice)))
        #expect(desk.begun <= 2 * slice)
        loop.advanceTime(by: .seconds(2))
        #expect(desk.begun == 60, "requests within the rate are left lying")
    }

    @Test("Past the budget of its address a connection is answered once a second")
    func budget() throws {
        let flood = try Self(requestsPerAddress: 1)
        flood.desk.isAnswering = true
        try flood.send(300)
        flood.loop.advanceTime(by: .seconds(1))
        let begun = flood.desk.begun
        #expect(begun >= 6, "the budget is not for the taking")
        flood.loop.advanceTime(by: .seconds(10))
        // The budget's own clock goes on, with one more a second.
        #expect(flood.desk.begun - begun < 100)
        #expect(flood.desk.begun > begun)
    }

    @Test("What comes after the last answer is dropped without being parsed")
    func afterTheEnd() throws {
        desk.isAnswering = true
        try send(1, "Connection: close\r\n")
        loop.run()
        #expect(throws: (any Error).self) {
            _ = try channel.pipeline.syncOperations.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
        }
        try send(50)
        #expect(desk.begun == 1)
    }
}
