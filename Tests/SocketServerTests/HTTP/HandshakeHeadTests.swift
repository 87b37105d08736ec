import NIOCore
import NIOEmbedded
import NIOHTTP1
import SocketTestKit
import Testing

@testable import SocketServer

@Suite("WebSocket handshakes read without the codec")
struct HandshakeHeadTests {
    private static let usual =
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: chat.example:5000\r\nUpgrade: websocket\r\n"
        + "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + "Sec-WebSocket-Version: 13\r\nOrigin: https://chat.example\r\nUser-Agent: A b/1.0 (c; d)\r\n\r\n"

    private static func parse(
        _ text: String, _ change: (inout SocketServerLimits) -> Void = { _ in }
    ) -> HTTPRequestHead? {
        var limits = SocketServerLimits()
        change(&limits)
        return Self.reading(Array(text.utf8), limits)?.head
    }

    private static func reading(
        _ bytes: [UInt8], _ limits: SocketServerLimits = SocketServerLimits()
    ) -> (head: HTTPRequestHead, length: Int)? {
        let reading = HandshakeHead.parse(ByteBuffer(bytes: bytes), limits)
        guard case .head(let head, let length) = reading else { return nil }
        return (head, length)
    }

    /// What NIO's decoder makes of it; `nil`: no head, or no upgrade.
    private static func decode(_ bytes: [UInt8]) throws -> HTTPRequestHead? {
        let channel = EmbeddedChannel(handler: HTTPCodec(SocketServerLimits()).decoder)
        defer { _ = try? channel.finish() }
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        guard case .head(let head)? = try channel.readInbound(as: HTTPServerRequestPart.self) else { return nil }
        guard case .end? = try channel.readInbound(as: HTTPServerRequestPart.self) else { return nil }
        return head
    }

    @Test("The usual form is read, and where it ends")
    func usualForm() throws {
        let (head, length) = try #require(Self.reading(Array((Self.usual + "more").utf8)))
        #expect(head.method == .GET && head.version == .http1_1)
        #expect(head.uri == "/socket.io/?EIO=4&transport=websocket")
        #expect(head.headers["user-agent"] == ["A b/1.0 (c; d)"])
        #expect(length == Self.usual.utf8.count)
    }

    @Test(
        "Everything else is the decoder's",
        arguments: [
            ("GET /", "POST /"), ("HTTP/1.1", "HTTP/1.0"), ("\r\n\r\n", "\r\n"), ("Upgrade: websocket", "Upgrade: h2c"),
            ("keep-alive, Upgrade", "keep-alive"), ("Origin:", "Content-Length: 3\r\nOrigin:"),
            ("Origin:", "Transfer-Encoding: chunked\r\nOrigin:"), ("Origin:", "Expect: 100-continue\r\nOrigin:"),
            ("Host: ", "Host : "), ("\r\nOrigin", "\r\n Origin"), ("chat.example:5000", "chat.example "),
            ("Host: chat.example:5000", "Host:"), ("GET /", "GET http://x/"), ("A b", "A\tb"), ("A b", "Ä b"),
            ("transport", "trans port"), ("\r\nOrigin", "\nOrigin"), ("GET", "get"), ("EIO=4", "EIO=4#x"),
        ])
    func otherForms(old: String, new: String) {
        #expect(Self.parse(Self.usual) != nil)
        #expect(Self.parse(Self.usual.replacing(old, with: new)) == nil)
    }

    @Test("A head that goes on is waited for, whatever it will turn out to be; what can be none is not")
    func incomplete() {
        func isIncomplete(_ text: some Sequence<UInt8>) -> Bool {
            let reading = HandshakeHead.parse(ByteBuffer(bytes: text), SocketServerLimits())
            return if case .incomplete = reading { true } else { false }
        }
        for length in 0..<Self.usual.utf8.count {
            #expect(isIncomplete(Self.usual.utf8.prefix(length)), "\(length)")
        }
        for text in ["POST /", "GET x ", "GET / HTTP/1.0", "GET / HTTP/1.1\r\nA b", "GET / HTTP/1.1\r\nA: b\n"] {
            #expect(!isIncomplete(text.utf8), "\(text)")
        }
        #expect(!isIncomplete(("GET /" + String(repeating: "x", count: 9000)).utf8))
    }

    @Test("What could pass a limit is the decoder's to judge")
    func limits() {
        #expect(Self.parse(Self.usual) { $0.maxHeaderFieldCount = 7 } == nil)
        #expect(Self.parse(Self.usual) { $0.maxHeaderListSize = 400 } == nil)
        #expect(Self.parse(Self.usual) { $0.maxHeaderFieldSize = 400 } == nil)
        let long = String(repeating: "x", count: 9000)
        #expect(Self.parse(Self.usual.replacing("A b", with: long)) == nil)
    }

    @Test("What it reads the decoder reads alike, however a head is mutilated")
    func againstTheDecoder() throws {
        var generator = SplitMix(state: 11)
        let usual = Array(Self.usual.utf8)
        let alphabet = Array("\r\n :\t/?#%,;=azAZ09-_~\"<>\u{7f}{}[]é".utf8)
        var read = 0
        for _ in 0..<5_000 {
            var bytes = usual
            for _ in 0...(generator.next() % 3) {
                let place = Int(generator.next() % UInt64(bytes.count))
                let byte = alphabet[Int(generator.next() % UInt64(alphabet.count))]
                switch generator.next() % 3 {
                case 0: bytes[place] = byte
                case 1: bytes.insert(byte, at: place)
                default: bytes.remove(at: place)
                }
            }
            guard let ours = Self.reading(bytes)?.head else { continue }
            read += 1
            let theirs = try #require(try Self.decode(bytes), "\(String(decoding: bytes, as: UTF8.self))")
            #expect(ours.uri == theirs.uri && ours.method == theirs.method && ours.version == theirs.version)
            #expect(ours.headers.elementsEqual(theirs.headers) { $0 == $1 })
            #expect(ours.isKeepAlive == theirs.isKeepAlive)
        }
        #expect(read > 500)
    }

    private static func withEcho(_ body: (TestServer) async throws -> Void) async throws {
        var routes = HTTPRoutes(fallback: EchoResponder())
        routes.add("/echo", EchoSocket.Service(limit: 1000))
        try await TestServer.with(routes, body: body)
    }

    @Test("A handshake that comes in pieces is answered, few or many", arguments: [1, 7, 100, 250])
    func pieces(size: Int) async throws {
        try await Self.withEcho { server in
            let client = try await server.connect()
            var rest = Array(Self.usual.replacing("/socket.io/", with: "/echo").utf8)[...]
            while !rest.isEmpty {
                try await client.send(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            #expect(try await client.readResponse().status == 101)
            try await client.sendText("hello")
            #expect(try await client.readText() == "hello")
        }
    }

    @Test("A request that follows a handshake which nobody takes is answered after it")
    func refusedAndPipelined() async throws {
        try await Self.withEcho { server in
            let client = try await server.connect()
            let refused = Self.usual.replacing("/socket.io/", with: "/echo").replacing(": 13", with: ": 8")
            let more = ["next", "last"].map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
            try await client.send(Array((refused + more).utf8))
            #expect(try await client.readResponse().status == 426)
            #expect(try await client.readResponse().status == 200)
            #expect(try await client.readResponse().status == 200)
        }
    }

    @Test("A handshake for what is no WebSocket is answered by a task, and so is what came with it")
    func answeredByATask() async throws {
        try await Self.withEcho { server in
            let client = try await server.connect()
            try await client.send(Array((Self.usual + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n").utf8))
            #expect(try await client.readResponse().status == 200)
            #expect(try await client.readResponse().status == 200)
            #expect(try await client.request("GET", "/third").status == 200)
        }
    }
}
