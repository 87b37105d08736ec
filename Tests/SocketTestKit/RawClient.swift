import NIOCore
import NIOPosix
import NIOSSL

/// A socket of the kind that tests need: sends bytes, reads HTTP responses and WebSocket frames, sees the end.
///
/// Used from one task. A read waits for what it is to read; the suite's time limit ends one that never comes.
public final class RawClient {
    private let channel: any Channel
    private var parts: AsyncStream<ByteBuffer>.Iterator
    private var buffer = ByteBuffer()
    /// Whether the other side closed.
    public private(set) var isAtEnd = false

    private init(channel: any Channel, parts: AsyncStream<ByteBuffer>) {
        self.channel = channel
        self.parts = parts.makeAsyncIterator()
    }

    /// - Parameter isSecure: speaks TLS, and trusts any certificate.
    public static func connect(
        port: Int, host: String = "127.0.0.1", isSecure: Bool = false
    ) async throws -> RawClient {
        try await connect(isSecure: isSecure) { try await $0.connect(host: host, port: port).get() }
    }

    public static func connect(path: String) async throws -> RawClient {
        try await connect { try await $0.connect(unixDomainSocketPath: path).get() }
    }

    private static func connect(
        isSecure: Bool = false, _ open: (ClientBootstrap) async throws -> any Channel
    ) async throws -> RawClient {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        let tls = try isSecure ? NIOSSLContext(configuration: configuration) : nil
        let (stream, continuation) = AsyncStream<ByteBuffer>.makeStream()
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: "localhost")
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHandler(Collector(continuation))
                }
            }
        return RawClient(channel: try await open(bootstrap), parts: stream)
    }

    public func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    public func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    /// Sends without waiting until the kernel has taken it: to one who does not read it would wait for ever.
    public func sendLater(_ text: String) {
        channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
    }

    /// Whether it takes what comes; while it does not, the kernel's buffers fill.
    public func setReading(_ isOn: Bool) async throws {
        try await channel.setOption(.autoRead, value: isOn).get()
        if isOn { channel.read() }
    }

    public func close() async throws {
        try await channel.close().get()
    }

    // MARK: HTTP

    /// Sends a request and reads its response.
    public func request(
        _ method: String, _ uri: String, headers: [String: String] = [:], body: String? = nil
    ) async throws -> RawResponse {
        try await sendRequest(method, uri, headers: headers, body: body)
        return try await readResponse(hasBody: method != "HEAD")
    }

    public func sendRequest(
        _ method: String, _ uri: String, headers: [String: String] = [:], body: String? = nil
    ) async throws {
        var text = "\(method) \(uri) HTTP/1.1\r\nHost: localhost\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
        try await send(text + "\r\n" + (body ?? ""))
    }

    public func readResponse(hasBody: Bool = true) async throws -> RawResponse {
        var response = RawResponse()
        let statusLine = try await readLine().split(separator: " ", maxSplits: 2)
        guard statusLine.count >= 2, let status = Int(statusLine[1]) else { throw RawClientError.malformed }
        response.status = status
        while true {
            let line = try await readLine()
            if line.isEmpty { break }
            guard let colon = line.firstIndex(of: ":") else { throw RawClientError.malformed }
            response.headers.append((
                line[..<colon].lowercased(),
                String(line[line.index(after: colon)...].drop { $0 == " " })
            ))
        }
        guard hasBody, status != 101, status != 204, status != 304, status != 100 else { return response }
        if response["transfer-encoding"] == "chunked" {
            while let size = Int(try await readLine(), radix: 16), size > 0 {
                response.body += String(decoding: try await read(size), as: UTF8.self)
                _ = try await readLine()
            }
            _ = try await readLine()
        } else if let length = response["content-length"].flatMap({ Int($0) }) {
            response.body = String(decoding: try await read(length), as: UTF8.self)
        }
        return response
    }

    // MARK: WebSocket

    /// Sends the handshake of a WebSocket and reads its answer.
    public func upgrade(_ uri: String, headers: [String: String] = [:]) async throws -> RawResponse {
        let fixed = [
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        ]
        return try await request("GET", uri, headers: fixed.merging(headers) { $1 })
    }

    /// Sends one masked text frame.
    public func sendText(_ text: String) async throws {
        try await send(RawFrame.encode(opcode: 1, payload: Array(text.utf8)))
    }

    /// Reads one frame.
    public func readFrame() async throws -> RawFrame {
        let head = try await read(2)
        var length = Int(head[1] & 0x7F)
        if length == 126 {
            length = try await read(2).reduce(0) { $0 << 8 | Int($1) }
        } else if length == 127 {
            length = try await read(8).reduce(0) { $0 << 8 | Int($1) }
        }
        return RawFrame(opcode: head[0] & 0x0F, payload: try await read(length))
    }

    /// Reads one frame, which must be of text.
    public func readText() async throws -> String {
        let frame = try await readFrame()
        guard frame.opcode == 1 else { throw RawClientError.unexpected(frame) }
        return frame.text
    }

    // MARK: Bytes

    /// Waits for the other side's close; what comes before is dropped.
    public func waitForEnd() async {
        while await fill() { buffer.clear() }
    }

    public func read(_ count: Int) async throws -> [UInt8] {
        while buffer.readableBytes < count {
            guard await fill() else { throw RawClientError.closed }
        }
        return buffer.readBytes(length: count) ?? []
    }

    private func readLine() async throws -> String {
        while true {
            if let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                var line = buffer.readString(length: end - buffer.readerIndex + 1) ?? ""
                while let last = line.last, last.isNewline { line.removeLast() }
                return line
            }
            guard await fill() else { throw RawClientError.closed }
        }
    }

    private func fill() async -> Bool {
        guard var part = await parts.next(isolation: #isolation) else {
            isAtEnd = true
            return false
        }
        buffer.writeBuffer(&part)
        return true
    }
}

@available(*, unavailable)
extension RawClient: Sendable {}
