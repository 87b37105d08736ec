import NIOCore
import NIOHTTP1
import SocketServer
import SocketTestKit
import Testing
import WaitTestKit

/// What is counted of connections that speak HTTP, and who goes when it is too much.
@Suite("The memory of connections that speak HTTP", .timeLimit(.minutes(5)))
struct HTTPMemoryTests {
    /// Answers with more than any socket takes at once, in one piece.
    private struct WholeResponder: HTTPResponder {
        static let size = 20 << 20

        func respond(to request: HTTPServerRequest, body: HTTPRequestBody, writer: HTTPResponseWriter) async {
            await writer.respond(.ok, body: ByteBuffer(repeating: 0x78, count: Self.size))
        }
    }

    /// Answers when it is told, whatever came.
    private struct SlowResponder: HTTPResponder {
        let goOn = Signal()

        func respond(to request: HTTPServerRequest, body: HTTPRequestBody, writer: HTTPResponseWriter) async {
            await goOn.wait()
            await writer.respond(.ok)
        }
    }

    private func serve(
        _ responder: any HTTPResponder, limit: Int = .max, body: (TestServer, MemoryPool) async throws -> Void
    ) async throws {
        let pool = MemoryPool(limit: limit)
        try await TestServer.with(HTTPRoutes(fallback: responder), change: { $0.memory = pool }) { server in
            try await body(server, pool)
        }
    }

    @Test("A response that the client does not take counts until it is taken, or the client goes")
    func responses() async throws {
        try await serve(WholeResponder()) { server, pool in
            let client = try await server.connect()
            try await client.setReading(false)
            try await client.sendRequest("GET", "/")
            try await until("the response is counted") { pool.used >= WholeResponder.size }
            try await client.setReading(true)
            #expect(try await client.readResponse().body.utf8.count == WholeResponder.size)
            try await until("it is counted no more") { pool.used == 0 }

            try await client.setReading(false)
            try await client.sendRequest("GET", "/")
            try await until("the next is counted") { pool.used > 0 }
            try await client.close()
            try await until("it went with its client") { pool.used == 0 && pool.accountCount == 0 }
        }
    }

    @Test("Of many who take nothing the largest go once all keep too much, and who reads is served")
    func limit() async throws {
        try await serve(WholeResponder(), limit: 3 * WholeResponder.size) { server, pool in
            var greedy: [RawClient] = []
            for _ in 0..<6 {
                let client = try await server.connect()
                try await client.setReading(false)
                try await client.sendRequest("GET", "/")
                greedy.append(client)
            }
            try await until("some are given up") { pool.accountsGivenUp >= 3 }
            try await until("the rest fits") { pool.used <= pool.limit }
            for client in greedy { try await client.close() }
            let reader = try await server.connect()
            try await reader.sendRequest("GET", "/")
            #expect(try await reader.readResponse().body.utf8.count == WholeResponder.size)
        }
    }

    @Test("A body that nobody takes counts while it is held back")
    func bodies() async throws {
        let responder = SlowResponder()
        try await serve(responder) { server, pool in
            let client = try await server.connect()
            client.sendLater("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n")
            client.sendLater(String(repeating: "x", count: 4_000_000))
            try await until("what was read is counted") { pool.used > 16 << 10 }
            responder.goOn.set()
            #expect(try await client.readResponse().status == 200)
            try await until("it is counted no more") { pool.used == 0 }
        }
    }

    @Test("Requests that wait for the one in hand count")
    func pipelined() async throws {
        let parking = ParkingService()
        let pool = MemoryPool()
        var routes = HTTPRoutes()
        routes.add("/", parking)
        try await TestServer.with(routes, change: { $0.memory = pool }) { server in
            let client = try await server.connect()
            try await client.send(String(repeating: "GET /x HTTP/1.1\r\nHost: a\r\n\r\n", count: 100))
            try await until("they are counted") { pool.used > 0 }
            try await client.close()
            try await until("they went with their client") { pool.used == 0 }
        }
    }
}
