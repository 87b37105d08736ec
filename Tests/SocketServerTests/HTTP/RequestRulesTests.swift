import NIOHTTP1
import SocketServer
import SocketTestKit
import Testing

@testable import SocketServer

/// RFC 9112 and 9110, where a server has to refuse.
@Suite("What a request must be", .timeLimit(.minutes(5)))
struct RequestRulesTests {
    @Test(
        "A head against the rules is refused, and the connection ends with that",
        arguments: [
            ("GET / HTTP/1.1\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a b\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a/b\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: u@a\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a,b\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: \u{e4}\r\n", 400),
            ("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n", 400),
            ("GET http://u@a/ HTTP/1.1\r\nHost: a\r\n", 400),
            ("GET http:/// HTTP/1.1\r\nHost: a\r\n", 400),
            ("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n", 400),
            ("GET a HTTP/1.1\r\nHost: a\r\n", 400),
            ("GET * HTTP/1.1\r\nHost: a\r\n", 400),
            ("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n", 501),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n", 501),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n", 501),
            ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n", 400),
            ("BREW / HTTP/1.1\r\nHost: a\r\n", 400),
        ])
    func refusals(head: String, status: Int) async throws {
        try await TestServer.with(HTTPRoutes(fallback: EchoResponder())) { server in
            let client = try await server.connect()
            try await client.send(Array((head + "\r\n").unicodeScalars.map { UInt8($0.value) }))
            #expect(try await client.readResponse().status == status)
            await client.waitForEnd()
            #expect(client.isAtEnd)
        }
    }

    @Test("An absolute target is its path, and its authority is the host")
    func absoluteTarget() {
        for (target, path, host) in [
            ("http://b:1/p/q?r", "/p/q?r", "b:1"), ("HTTP://b", "/", "b"), ("https://b?x=/y", "/?x=/y", "b"),
            ("http://b//p", "//p", "b"), ("/p", "/p", "a"),
        ] {
            var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: target, headers: ["Host": "a"])
            #expect(head.settle() == nil)
            #expect(head.uri == path && head.headers["host"] == [host])
        }
    }

    @Test("A service answers at its path alone, byte by byte, whatever the query")
    func exactPaths() async throws {
        var routes = HTTPRoutes(fallback: EchoResponder())
        let service = ParkingService()
        routes.add("/s/", service)
        for target in ["/s/", "/s/?", "/s/?a=/b"] { #expect(routes.service(for: target) is ParkingService) }
        for target in ["/s", "/s/x", "//s/", "/s//", "/./s/", "/%73/", "/S/", "/s/\u{301}", "/s/#", "/s/%3f", ""] {
            #expect(!(routes.service(for: target) is ParkingService), "\(target)")
        }
    }

    @Test("HTTP/1.0 needs no host, is kept alive where it asks for it, and is closed where it does not")
    func http10() async throws {
        try await TestServer.with(HTTPRoutes(fallback: EchoResponder())) { server in
            let client = try await server.connect()
            try await client.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let first = try await client.readResponse()
            #expect(first.status == 200 && first["connection"]?.lowercased() == "keep-alive")
            try await client.send("GET /2 HTTP/1.0\r\n\r\n")
            let second = try await client.readResponse()
            #expect(second.body.hasPrefix("GET /2 ") && second["connection"] == "close")
            await client.waitForEnd()
            #expect(client.isAtEnd)
        }
    }

    @Test("OPTIONS * asks about the server, and is answered without a route")
    func aboutServer() async throws {
        try await TestServer.with(HTTPRoutes()) { server in
            let client = try await server.connect()
            #expect(try await client.request("OPTIONS", "*").status == 204)
            #expect(try await client.request("GET", "/").status == 404)
        }
    }

    @Test(
        "A chunk that is none is 400 where nothing was answered yet",
        arguments: ["zz\r\n", "-1\r\n", "3\r\nabcd\r\n"])
    func chunks(body: String) async throws {
        try await TestServer.with(HTTPRoutes(fallback: EchoResponder())) { server in
            let client = try await server.connect()
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
            let response = try await client.readResponse()
            #expect(response.status == 400 && response["connection"] == "close")
            await client.waitForEnd()
            #expect(client.isAtEnd)
        }
    }
}
