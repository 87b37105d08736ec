import NIOCore
import NIOHTTP1
import SocketServer
import SocketTestKit
import Testing

@Suite("HTTP over sockets", .timeLimit(.minutes(5)))
struct HTTPServerTests {
    @Test("Requests of one connection are answered one after the other, whatever they are")
    func keepAlive() async throws {
        try await TestServer.with(HTTPRoutes(fallback: EchoResponder())) { server in
            let client = try await server.connect()
            #expect(try await client.request("GET", "/a?b=c").body == "GET /a?b=c 127.0.0.1 ")
            #expect(try await client.request("POST", "/p", body: "hello").body == "POST /p 127.0.0.1 hello")
            let head = try await client.request("HEAD", "/h")
            #expect(head.body.isEmpty)
            #expect(head["content-length"] == "18")
            #expect(try await client.request("GET", "/z").body == "GET /z 127.0.0.1 ")
        }
    }

    @Test("What nobody answers is 404")
    func notFound() async throws {
        try await TestServer.with(HTTPRoutes()) { server in
            let client = try await server.connect()
            #expect(try await client.request("GET", "/nothing").status == 404)
        }
    }

    @Test("Pipelined requests are answered in their order, though the first takes longest")
    func pipelining() async throws {
        let parking = ParkingService()
        var routes = HTTPRoutes(fallback: EchoResponder())
        routes.add("/slow", parking)
        try await TestServer.with(routes) { server in
            let client = try await server.connect()
            try await client.send(["slow", "1", "2"].map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
            await parking.arrived.wait()
            try await parking.answer("/slow", body: "late")
            #expect(try await client.readResponse().body == "late")
            #expect(try await client.readResponse().body.hasPrefix("GET /1"))
            #expect(try await client.readResponse().body.hasPrefix("GET /2"))
        }
    }

    @Test("More pipelined requests than may wait are all answered")
    func muchPipelining() async throws {
        let parking = ParkingService()
        var routes = HTTPRoutes(fallback: EchoResponder())
        routes.add("/slow", parking)
        try await TestServer.with(routes, change: { $0.limits.maxPipelinedBytes = 1000 }) { server in
            let client = try await server.connect()
            let many = (0..<200).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
            try await client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" + many)
            await parking.arrived.wait()
            try await parking.answer("/slow", body: "late")
            #expect(try await client.readResponse().body == "late")
            for index in 0..<200 { #expect(try await client.readResponse().body.hasPrefix("GET /\(index) ")) }
        }
    }

    @Test("A parked response learns that its client went away")
    func abort() async throws {
        let parking = ParkingService()
        var routes = HTTPRoutes()
        routes.add("/slow", parking)
        try await TestServer.with(routes, change: { $0.limits.stallTimeout = .milliseconds(200) }) { server in
            let client = try await server.connect()
            try await client.sendRequest("GET", "/slow")
            await parking.arrived.wait()
            try await client.close()
            await parking.closed.wait()
        }
    }

    @Test("The task of a request is cancelled when its client goes away")
    func cancel() async throws {
        let responder = PatientResponder()
        try await TestServer.with(HTTPRoutes(fallback: responder)) { server in
            let client = try await server.connect()
            try await client.sendRequest("GET", "/")
            await responder.started.wait()
            try await client.close()
            await responder.cancelled.wait()
        }
    }

    @Test("A streamed response of unknown length arrives whole, and the connection stays")
    func stream() async throws {
        try await TestServer.with(HTTPRoutes(fallback: StreamResponder(count: 100, size: 50_000))) { server in
            let client = try await server.connect()
            let response = try await client.request("GET", "/")
            #expect(response["transfer-encoding"] == "chunked")
            #expect(response.body.utf8.count == 5_000_000)
            #expect(try await client.request("GET", "/").body.utf8.count == 5_000_000)
        }
    }

    @Test("A long upload is streamed to its reader")
    func upload() async throws {
        try await TestServer.with(HTTPRoutes(fallback: EchoResponder())) { server in
            let client = try await server.connect()
            let body = String(repeating: "0123456789", count: 300_000)
            let response = try await client.request("POST", "/up", body: body)
            #expect(response.body == "POST /up 127.0.0.1 " + body)
        }
    }

    @Test("HTTP/1.0 is answered and closed, with the length told by the close where there is none")
    func http10() async throws {
        try await TestServer.with(HTTPRoutes(fallback: StreamResponder(count: 2, size: 3))) { server in
            let client = try await server.connect()
            try await client.send("GET / HTTP/1.0\r\n\r\n")
            let response = try await client.readResponse()
            #expect(response["connection"] == "close")
            #expect(response["transfer-encoding"] == nil)
            #expect(try await client.read(6) == Array("xxxxxx".utf8))
            await client.waitForEnd()
        }
    }

    @Test("A client that expects 100 gets it, then the answer")
    func expectContinue() async throws {
        try await TestServer.with(HTTPRoutes(fallback: EchoResponder())) { server in
            let client = try await server.connect()
            try await client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await client.readResponse().status == 100)
            try await client.send("hi")
            #expect(try await client.readResponse().body == "POST /x 127.0.0.1 hi")
        }
    }

    @Test(
        "Requests that break the protocol are refused and end the connection",
        arguments: [
            ("nonsense\r\n\r\n", 400), ("GET / HTTP/3.0\r\n\r\n", 505), ("GET /\r\nX: y\r\n\r\n", 505),
            ("GET / HTTP/1.1\r\nHost: a\r\nA: " + String(repeating: "x", count: 40_000) + "\r\n\r\n", 431),
            ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400),
            ("GET /" + String(repeating: "x", count: 100_000) + " HTTP/1.1\r\nHost: a\r\n\r\n", 431),
            ("GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "A: b\r\n", count: 200) + "\r\n", 431),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a\r\nA: \u{0}\r\n\r\n", 400),
        ])
    func malformed(request: String, status: Int) async throws {
        try await TestServer.with(HTTPRoutes(fallback: EchoResponder())) { server in
            let client = try await server.connect()
            try await client.send(request)
            #expect(try await client.readResponse().status == status)
            await client.waitForEnd()
            let next = try await server.connect()
            #expect(try await next.request("GET", "/").status == 200)
        }
    }

    @Test("A request that offers HTTP/2 is answered in HTTP/1.1, and so is the next")
    func otherUpgrade() async throws {
        try await TestServer.with(HTTPRoutes(fallback: EchoResponder())) { server in
            let client = try await server.connect()
            let offer = ["Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQ"]
            #expect(try await client.request("GET", "/1", headers: offer).body.hasPrefix("GET /1"))
            #expect(try await client.request("GET", "/2", headers: offer).body.hasPrefix("GET /2"))
            // Sent in one go, the second waits inside the first one's decoder.
            let both =
                "GET /3 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
                + "GET /4 HTTP/1.1\r\nHost: a\r\n\r\n"
            try await client.send(both)
            #expect(try await client.readResponse().body.hasPrefix("GET /3"))
            #expect(try await client.readResponse().body.hasPrefix("GET /4"))
        }
    }

    @Test("An answer before the end of a long body is readable, and the connection ends")
    func earlyAnswer() async throws {
        struct Early: HTTPResponder {
            func respond(to request: HTTPServerRequest, body: HTTPRequestBody, writer: HTTPResponseWriter) async {
                await writer.respond(.unauthorized)
            }
        }
        try await TestServer.with(
            HTTPRoutes(fallback: Early()), change: { $0.limits.maxDiscardedBody = 1000 }
        ) { server in
            let client = try await server.connect()
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
            #expect(try await client.readResponse().status == 401)
            // The end may come before all of this is sent.
            _ = try? await client.send(String(repeating: "x", count: 5000))
            await client.waitForEnd()
            // A short rest is read over instead.
            let next = try await server.connect()
            #expect(try await next.request("POST", "/", body: "short").status == 401)
            #expect(try await next.request("POST", "/", body: "short").status == 401)
        }
    }

    @Test("A responder that says nothing is a 500, and one that stops midway ends the connection")
    func silence() async throws {
        struct Silent: HTTPResponder {
            func respond(to request: HTTPServerRequest, body: HTTPRequestBody, writer: HTTPResponseWriter) async {
                guard request.head.uri == "/half" else { return }
                await writer.writeHead(.init(version: .http1_1, status: .ok, headers: ["Content-Length": "10"]))
            }
        }
        try await TestServer.with(HTTPRoutes(fallback: Silent())) { server in
            let client = try await server.connect()
            #expect(try await client.request("GET", "/").status == 500)
            await #expect(throws: RawClientError.self) { try await client.request("GET", "/half") }
        }
    }
}
