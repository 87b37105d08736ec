import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A Socket.IO client as bytes: what it sends and hears are packets as text, and binary messages. For tests.
final class WireClient: Sendable {
    enum Heard: Sendable, Equatable {
        case text(String)
        case binary([UInt8])
    }

    private let channel: any Channel
    private let inbox: AsyncStream<Heard>
    private let iterator: Mutex<Box>

    /// Lets an iterator be used by one test's task after the other.
    private struct Box: @unchecked Sendable {  // touched by the one task of its test only
        var iterator: AsyncStream<Heard>.Iterator
    }

    private init(channel: any Channel, inbox: AsyncStream<Heard>) {
        self.channel = channel
        self.inbox = inbox
        iterator = Mutex(Box(iterator: inbox.makeAsyncIterator()))
    }

    /// Opens an Engine.IO session over WebSocket and takes its handshake.
    static func open(port: Int, query: String = "", headers: String = "") async throws -> WireClient {
        let (inbox, feed) = AsyncStream.makeStream(of: Heard.self)
        let request = """
            GET /socket.io/?EIO=4&transport=websocket\(query) HTTP/1.1\r
            Host: 127.0.0.1\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            \(headers)\r

            """
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FrameReader(feed: feed))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        try await channel.writeAndFlush(ByteBuffer(string: request))
        let client = WireClient(channel: channel, inbox: inbox)
        guard case .text(let handshake)? = await client.next(), handshake.hasPrefix("0") else {
            throw ChannelError.inputClosed
        }
        return client
    }

    /// Opens a session and enters a namespace.
    ///
    /// - Returns: the client, and the answer to CONNECT.
    static func connect(
        port: Int, namespace: String = "", auth: String = "", query: String = "", headers: String = ""
    ) async throws -> (WireClient, String) {
        let client = try await open(port: port, query: query, headers: headers)
        try await client.send("40" + (namespace.isEmpty ? "" : namespace + ",") + auth)
        guard case .text(let answer)? = await client.next() else { throw ChannelError.inputClosed }
        return (client, answer)
    }

    /// The next message, pings left out; `nil` when the server closed.
    func next() async -> Heard? {
        while true {
            var box = iterator.withLock { $0 }
            let heard = await box.iterator.next(isolation: nil)
            if heard == .text("2") {
                try? await send("3")
                continue
            }
            return heard
        }
    }

    func nextText() async -> String? {
        if case .text(let text)? = await next() { text } else { nil }
    }

    func send(_ text: String) async throws { try await send(opcode: 0x81, Array(text.utf8)) }
    func send(binary: [UInt8]) async throws { try await send(opcode: 0x82, binary) }

    private func send(opcode: UInt8, _ payload: [UInt8]) async throws {
        var frame = ByteBuffer(bytes: [opcode])
        if payload.count < 126 {
            frame.writeInteger(UInt8(payload.count) | 0x80)
        } else {
            frame.writeInteger(UInt8(126) | 0x80)
            frame.writeInteger(UInt16(payload.count))
        }
        frame.writeInteger(UInt32(0))  // a mask of zeros: RFC 6455 allows any
        frame.writeBytes(payload)
        try await channel.writeAndFlush(frame)
    }

    func close() async { try? await channel.close() }

    private final class FrameReader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let feed: AsyncStream<Heard>.Continuation
        private var received = ByteBuffer()
        private var isOpen = false

        init(feed: AsyncStream<Heard>.Continuation) { self.feed = feed }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = unwrapInboundIn(data)
            received.writeBuffer(&bytes)
            if !isOpen {
                let text = String(buffer: received)
                guard let end = text.range(of: "\r\n\r\n") else { return }
                received.moveReaderIndex(forwardBy: text[..<end.upperBound].utf8.count)
                isOpen = true
            }
            while let (opcode, payload) = nextFrame() {
                if opcode == 1 { feed.yield(.text(String(buffer: payload))) }
                if opcode == 2 { feed.yield(.binary(Array(payload.readableBytesView))) }
                if opcode == 8 { feed.finish() }
            }
        }

        private func nextFrame() -> (UInt8, ByteBuffer)? {
            let start = received.readerIndex
            guard let head = received.readMultipleIntegers(as: (UInt8, UInt8).self) else { return nil }
            var length: Int? = Int(head.1)
            if length == 126 { length = received.readInteger(as: UInt16.self).map(Int.init) }
            if length == 127 { length = received.readInteger(as: UInt64.self).map(Int.init) }
            guard let length, let payload = received.readSlice(length: length) else {
                received.moveReaderIndex(to: start)
                return nil
            }
            return (head.0 & 0x0F, payload)
        }

        func channelInactive(context: ChannelHandlerContext) { feed.finish() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
