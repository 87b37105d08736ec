import NIOCore
import NIOEmbedded
import NIOHTTP1
import SocketTestKit
import Testing

@testable import SocketServer

@Suite("Targets that are not ASCII, and refusals that say why", .timeLimit(.minutes(5)))
struct RequestDecoderTests {
    /// Two requests without a body, one with, and one after it.
    private static let requests =
        "GET /files?name=größe.png&x=%20 HTTP/1.1\r\nHost: a\r\nX-Name: größe\r\n\r\n"
        + "\r\nPUT /報告書 HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nGET /é\n"
        + "GET /plain HTTP/1.1\r\nHost: a\r\n\r\nGET /ü HTTP/1.1\r\nHost: ü\r\n\r\n"

    private static func parts(of reads: [ArraySlice<UInt8>]) throws -> [HTTPServerRequestPart] {
        let codec = HTTPCodec(SocketServerLimits())
        let channel = EmbeddedChannel(handlers: [codec.decoder, Teller(codec)])
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        for read in reads { try channel.writeInbound(ByteBuffer(bytes: read)) }
        var parts: [HTTPServerRequestPart] = []
        while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
            if case .body(let more) = part, case .body(var bytes)? = parts.last {
                bytes.writeImmutableBuffer(more)
                parts[parts.count - 1] = .body(bytes)
            } else {
                parts.append(part)
            }
        }
        return parts
    }

    /// What a connection does with each part.
    private final class Teller: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        let codec: HTTPCodec
        init(_ codec: HTTPCodec) { self.codec = codec }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            codec.decoded(Self.unwrapInboundIn(data))
            context.fireChannelRead(data)
        }
    }

    @Test("A target is UTF-8, percent-encoded on its way; bodies and headers stay as they are")
    func targets() throws {
        let parts = try Self.parts(of: [Array(Self.requests.utf8)[...]])
        var heads: [HTTPRequestHead] = []
        var bodies: [String] = []
        for part in parts {
            if case .head(let head) = part { heads.append(head) }
            if case .body(let body) = part { bodies.append(String(buffer: body)) }
        }
        #expect(
            heads.map(\.uri) == [
                "/files?name=gr%C3%B6%C3%9Fe.png&x=%20", "/%E5%A0%B1%E5%91%8A%E6%9B%B8", "/plain", "/%C3%BC",
            ])
        #expect(bodies == ["GET /é\n"])
        #expect(heads.first?.headers["x-name"] == ["größe"] && heads.last?.headers["host"] == ["ü"])
    }

    @Test("However the bytes come in, they are the same requests")
    func cuts() throws {
        let bytes = Array(Self.requests.utf8)
        let whole = try Self.parts(of: [bytes[...]])
        for cut in 1..<bytes.count {
            #expect(try Self.parts(of: [bytes[..<cut], bytes[cut...]]) == whole, "cut at \(cut)")
        }
        #expect(try Self.parts(of: bytes.indices.map { bytes[$0...$0] }) == whole, "byte by byte")
    }

    @Test(
        "Each refusal of the server's own has a body that says what it is",
        arguments: [
            ("GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("nonsense\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400), ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
            ("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", 501), ("GET /none HTTP/1.1\r\nHost: a\r\n\r\n", 404),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 100_000))\r\n\r\n", 431),
            ("GET /\(String(repeating: "x", count: 100_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 431),
        ])
    func refusals(_ request: String, _ status: Int) async throws {
        try await TestServer.with(HTTPRoutes()) { server in
            let client = try await server.connect()
            try await client.send(request)
            let response = try await client.readResponse()
            #expect(response.status == status)
            #expect(response["content-type"] == "application/json; charset=utf-8")
            #expect(response.body.hasPrefix(#"{"error":{"code":""#) && response.body.hasSuffix("}}\n"))
        }
    }
}
