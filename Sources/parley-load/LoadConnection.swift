import NIOCore

/// One client: Engine.IO 4 over WebSocket, Socket.IO 5, as little as a load needs. Everything runs on one loop.
final class LoadConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State { case http, open, entering, up, down }

    /// The key of RFC 6455's example; what is measured is no handshake check.
    private static let key = "dGhlIHNhbXBsZSBub25jZQ=="

    let number: Int
    let client: TokensFile.Client
    private unowned let run: LoadRun
    private let host: String
    private var state = State.http
    private var context: ChannelHandlerContext?
    private var received = ByteBuffer()
    private var nextChat = 0
    private let startedAt = NIODeadline.now()
    var inFlight = 0

    init(number: Int, client: TokensFile.Client, host: String, run: LoadRun) {
        self.number = number
        self.client = client
        self.host = host
        self.run = run
    }

    var isUp: Bool { state == .up }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        let request = """
            GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r
            Host: \(host)\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: \(Self.key)\r
            \r

            """
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if received.readableBytes == 0 { received = bytes } else { received.writeBuffer(&bytes) }
        if state == .http, !readHandshake() { return }
        while state != .down, let (opcode, payload) = nextFrame() { handle(opcode, payload) }
        if received.readableBytes == 0 { received = ByteBuffer() } else { received.discardReadBytes() }
        run.afterRead(self)
    }

    func channelInactive(context: ChannelHandlerContext) { goDown("the server closed the connection") }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        goDown("\(error)")
        context.close(promise: nil)
    }

    private func goDown(_ reason: String) {
        guard state != .down else { return }
        let wasUp = state == .up
        state = .down
        context = nil
        run.lost(self, wasUp: wasUp, reason: reason)
    }

    private func readHandshake() -> Bool {
        let end = Array("\r\n\r\n".utf8)
        let view = received.readableBytesView
        guard let at = view.indices.first(where: { view[$0...].starts(with: end) }) else { return false }
        guard view.starts(with: "HTTP/1.1 101".utf8) else {
            goDown("upgrade refused: \(String(decoding: view.prefix(40), as: UTF8.self))")
            return false
        }
        received.moveReaderIndex(to: at + end.count)
        state = .open
        return true
    }

    private func nextFrame() -> (opcode: UInt8, payload: ByteBuffer)? {
        let start = received.readerIndex
        guard let head = received.readMultipleIntegers(as: (UInt8, UInt8).self) else { return nil }
        var length: Int? = Int(head.1 & 0x7F)
        if length == 126 { length = received.readInteger(as: UInt16.self).map(Int.init) }
        if length == 127 { length = received.readInteger(as: UInt64.self).map(Int.init) }
        guard let length, let payload = received.readSlice(length: length) else {
            received.moveReaderIndex(to: start)
            return nil
        }
        return (head.0 & 0x0F, payload)
    }

    private func handle(_ opcode: UInt8, _ payload: ByteBuffer) {
        switch opcode {
        case 1: packet(payload)
        case 8: goDown("the server closed the WebSocket")
        case 9: send(ByteBuffer(), opcode: 0x8A)
        default: break
        }
    }

    private func packet(_ payload: ByteBuffer) {
        let view = payload.readableBytesView
        if view.starts(with: "42[\"message:new\"".utf8) { return run.delivered(to: self, payload) }
        switch (view.first, view.dropFirst().first) {
        case (UInt8(ascii: "2"), _): send(ByteBuffer(string: "3"))
        case (UInt8(ascii: "0"), _) where state == .open:
            state = .entering
            send(ByteBuffer(string: "40{\"token\":\"\(client.token)\"}"))
        case (UInt8(ascii: "4"), UInt8(ascii: "0")) where state == .entering:
            state = .up
            run.connected(self, after: NIODeadline.now() - startedAt)
        case (UInt8(ascii: "4"), UInt8(ascii: "3")): run.acked(by: self, payload)
        case (UInt8(ascii: "4"), UInt8(ascii: "4")), (UInt8(ascii: "4"), UInt8(ascii: "1")):
            goDown("refused: \(String(buffer: payload).prefix(120))")
        default: break
        }
    }

    /// Sends one message into the next of the client's chats.
    func sendMessage(id: Int, content: String) {
        let chat = client.chats[nextChat]
        nextChat = (nextChat + 1) % client.chats.count
        inFlight += 1
        send(ByteBuffer(string: "42\(id)[\"message:send\",{\"chatId\":\"\(chat)\",\"content\":\"\(content)\"}]"))
    }

    /// The chat that the next message goes to.
    var upcomingChat: String { client.chats[nextChat] }

    private func send(_ payload: ByteBuffer, opcode: UInt8 = 0x81) {
        guard let context else { return }
        var frame = ByteBuffer()
        frame.reserveCapacity(payload.readableBytes + 14)
        frame.writeInteger(opcode)
        if payload.readableBytes < 126 {
            frame.writeInteger(UInt8(payload.readableBytes) | 0x80)
        } else {
            frame.writeInteger(UInt8(126) | 0x80)
            frame.writeInteger(UInt16(clamping: payload.readableBytes))
        }
        let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        frame.writeBytes(mask)
        frame.writeBytes(payload.readableBytesView.enumerated().map { $0.element ^ mask[$0.offset & 3] })
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    func close() { context?.close(promise: nil) }
}

@available(*, unavailable)
extension LoadConnection: Sendable {}
