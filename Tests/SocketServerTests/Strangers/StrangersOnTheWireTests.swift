import NIOCore
import NIOHTTP1
import SocketTestKit
import Synchronization
import Testing
import WaitTestKit

@testable import SocketServer

@Suite("Connections without a token, over sockets", .timeLimit(.minutes(5)))
struct StrangersOnTheWireTests {
    /// Vouches for a request and parks it.
    private final class Bouncer: LoopHTTPService {
        let parked = Signal()

        func begin(_ exchange: HTTPExchange) {
            exchange.vouch()
            parked.set()
        }
    }

    /// Answers each request at once, with four kilobytes.
    private final class Talker: LoopHTTPService {
        let begun = Mutex(0)

        func begin(_ exchange: HTTPExchange) {
            begun.withLock { $0 += 1 }
            exchange.respond(.ok, body: ByteBuffer(repeating: 0x78, count: 4096))
        }
    }

    @Test("Where there is no room the oldest stranger makes some, and one with a token does not")
    func room() async throws {
        let bouncer = Bouncer()
        var routes = HTTPRoutes()
        routes.add("/in", bouncer)
        try await TestServer.with(routes, change: { $0.limits.maxConnections = 2 }) { server in
            let inside = try await server.connect()
            try await inside.sendRequest("GET", "/in")
            await bouncer.parked.wait()
            let idle = try await server.connect()
            try await until("a stranger is seen") { server.server.registry.strangerCount >= 1 }
            let next = try await server.connect()
            #expect(try await next.request("GET", "/").status == 404)
            await idle.waitForEnd()
            #expect(server.server.connectionCount == 2)
            try await inside.close()
        }
    }

    @Test("Where everybody has a token one more is told to try again")
    func full() async throws {
        let bouncer = Bouncer()
        var routes = HTTPRoutes()
        routes.add("/in", bouncer)
        try await TestServer.with(routes, change: { $0.limits.maxConnections = 1 }) { server in
            let inside = try await server.connect()
            try await inside.sendRequest("GET", "/in")
            await bouncer.parked.wait()
            let next = try await server.connect()
            let answer = try await next.readResponse()
            #expect(answer.status == 503 && answer["retry-after"] != nil)
            await next.waitForEnd()
            try await inside.close()
        }
    }

    @Test("Hundreds of silent connections of one address keep nobody out, and most of them are closed")
    func silent() async throws {
        try await TestServer.with(
            HTTPRoutes(),
            change: { $0.limits.strangers = StrangerLimits(total: 50, perAddress: 5, grace: .milliseconds(50)) }
        ) { server in
            var silent: [RawClient] = []
            for _ in 0..<300 { silent.append(try await server.connect()) }
            let user = try await server.connect()
            #expect(try await user.request("GET", "/").status == 404)
            try await until("the crowd gave way") { server.server.connectionCount <= 5 }
            #expect(server.server.registry.strangerCount <= 5)
        }
    }

    @Test("A proxy's connections are its clients', as long as their requests last")
    func proxied() async throws {
        let parking = ParkingService()
        var routes = HTTPRoutes()
        routes.add("/slow", parking)
        try await TestServer.with(
            routes, change: { $0.trustedProxies = (try? TrustedProxies(["loopback"])) ?? TrustedProxies() }
        ) { server in
            let registry = server.server.registry
            let proxy = try await server.connect()
            #expect(try await proxy.request("GET", "/", headers: ["X-Forwarded-For": "192.0.2.9"]).status == 404)
            try await until("no stranger is left") { registry.strangerCount == 0 }
            try await proxy.sendRequest("GET", "/slow", headers: ["X-Forwarded-For": "192.0.2.9"])
            await parking.arrived.wait()
            #expect(registry.strangerCount(of: AddressKey("192.0.2.9")) == 1)
            try await parking.answer("/slow", body: "done")
            #expect(try await proxy.readResponse().body == "done")
            try await until("no stranger is left") { registry.strangerCount == 0 }
        }
    }

    @Test("A WebSocket stays a stranger until it is vouched for, and leaves with its end")
    func webSocket() async throws {
        let sockets = Mutex<NIOLoopBound<WebSocketConnection>?>(nil)
        struct Service: LoopHTTPService {
            let attached: @Sendable (WebSocketConnection) -> Void

            func begin(_ exchange: HTTPExchange) {
                exchange.receiver = Receiver(attached: attached)
            }
        }
        final class Receiver: HTTPExchangeReceiver {
            let attached: @Sendable (WebSocketConnection) -> Void

            init(attached: @escaping @Sendable (WebSocketConnection) -> Void) { self.attached = attached }

            func exchange(_ exchange: HTTPExchange, didReceiveBody part: ByteBuffer) {}
            func exchangeDidReceiveEnd(_ exchange: HTTPExchange) {
                exchange.acceptWebSocket(.init(maximumMessageSize: 1000), attach: attached)
            }
            func exchangeDidClose(_ exchange: HTTPExchange) {}
        }
        var routes = HTTPRoutes()
        routes.add(
            "/socket",
            Service { socket in
                let bound = NIOLoopBound(socket, eventLoop: socket.eventLoop)
                sockets.withLock { $0 = bound }
            })
        try await TestServer.with(routes) { server in
            let registry = server.server.registry
            let client = try await server.connect()
            #expect(try await client.upgrade("/socket").status == 101)
            #expect(registry.strangerCount == 1)
            let loop = try #require(server.server.eventLoops.first)
            let socket = try #require(sockets.withLock { $0 })
            try await loop.submit { socket.value.vouch() }.get()
            #expect(registry.strangerCount == 0)
            try await loop.submit { socket.value.becomeStranger(AddressKey("192.0.2.1")) }.get()
            #expect(registry.strangerCount(of: AddressKey("192.0.2.1")) == 1)
            try await client.close()
            try await until("no stranger is left") { registry.strangerCount == 0 }
        }
    }

    @Test("Requests of one who does not read are not begun, and are answered when they are read")
    func notReading() async throws {
        let talker = Talker()
        var routes = HTTPRoutes()
        routes.add("/", talker)
        try await TestServer.with(routes) { server in
            let client = try await server.connect()
            try await client.setReading(false)
            let count = 20_000
            client.sendLater(String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: count))
            // Until it makes no more.
            var (made, since) = (0, ContinuousClock.now)
            try await until("it makes no more") {
                let now = talker.begun.withLock { $0 }
                if now != made { (made, since) = (now, .now) }
                return now > 0 && since.duration(to: .now) > .milliseconds(200)
            }
            #expect(made < count / 2)
            try await client.setReading(true)
            for _ in 0..<count { #expect(try await client.readResponse().status == 200) }
        }
    }

    @Test("An address that asks too much without a token is told so, at the end of its burst")
    func tooMany() async throws {
        try await TestServer.with(
            HTTPRoutes(fallback: EchoResponder()), change: { $0.limits.requestsPerAddress = 1 }
        ) { server in
            let client = try await server.connect()
            var statuses: [Int] = []
            for _ in 0..<20 { statuses.append(try await client.request("GET", "/").status) }
            #expect(statuses.prefix(5).allSatisfy { $0 == 200 })
            #expect(statuses.contains(429))
        }
    }

    @Test("A connection that asks faster than its rate waits, and gets every answer")
    func paced() async throws {
        try await TestServer.with(
            HTTPRoutes(fallback: EchoResponder()), change: { $0.limits.requestsPerConnection = 50 }
        ) { server in
            let client = try await server.connect()
            try await client.send((0..<150).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
            for number in 0..<150 { #expect(try await client.readResponse().body.hasPrefix("GET /\(number) ")) }
        }
    }

    @Test("Who takes a response by a byte now and then is let go")
    func drippingReader() async throws {
        try await TestServer.with(
            HTTPRoutes(fallback: StreamResponder(count: 400, size: 100_000)),
            change: {
                $0.limits.stallTimeout = .seconds(1)
                $0.limits.minimumRate = 1_000_000_000
            }
        ) { server in
            let client = try await server.connect()
            try await client.setReading(false)
            try await client.sendRequest("GET", "/")
            try await until("it is closed") { server.server.connectionCount == 0 }
        }
    }
}
