import NIOCore
import NIOEmbedded
import NIOWebSocket
import Testing

@testable import SocketServer

/// Our WebSocket decoder beside NIO's, on the same streams of frames.
///
/// NIO's decoder knows frames and no messages, so what a message is made of is compared: the frames, unmasked, put
/// together by a few lines here. They may differ where NIO leaves a rule of RFC 6455 to others, always to our stricter
/// side: reserved bits and opcodes, frames without a mask, the order of fragments, UTF-8, what a close frame holds, a
/// control frame in fragments, a length that is not the shortest. So what we take NIO must have taken, as the same.
@Suite("WebSocket frames, ours beside NIO's")
struct WebSocketDifferentialTests {
    @Test("What our decoder takes NIO's takes, as the same messages")
    func differential() throws {
        let target = FuzzTarget.webSocket
        let corpus = try ReplayTests.inputs(of: target).map(\.bytes)
        var mutator = Mutator(seed: 7, longest: target.longest)
        var messages = 0
        for input in corpus + (0..<5000).map({ _ in mutator.mutation(of: corpus) }) {
            // Three bytes of choices come first.
            let stream = Array(input.dropFirst(3))
            let ours = stream.withUnsafeBytes { WebSocketRun(of: [$0], limit: 1 << 14, unmasking: true) }
            let theirs = Self.messages(stream)
            let told = ours.events.map(Self.text(of:))
            #expect(theirs.prefix(told.count).elementsEqual(told), "\(stream): we \(told), NIO \(theirs)")
            messages += told.count
        }
        #expect(messages > 1000, "hardly anything was compared")
    }

    /// What NIO's decoder finds, whole messages and control frames in their order, up to its first error.
    private static func messages(_ stream: [UInt8]) -> [String] {
        let decoder = ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: 1 << 14))
        let channel = EmbeddedChannel(handler: decoder)
        defer { _ = try? channel.finish() }
        var found: [String] = []
        // A fault of a later frame must not take back the frames before it.
        _ = try? channel.writeInbound(ByteBuffer(bytes: stream))
        var opcode: UInt8?
        var message: [UInt8] = []
        while let frame = try? channel.readInbound(as: NIOWebSocket.WebSocketFrame.self) {
            let bytes = Array(frame.unmaskedData.readableBytesView)
            let code = UInt8(webSocketOpcode: frame.opcode)
            if code & 0x8 != 0 {
                found.append("\(code) \(code == 8 ? Array(bytes.prefix(2)) : bytes)")
                continue
            }
            if code != 0 {
                opcode = code
                message = []
            }
            message += bytes
            if frame.fin, let first = opcode {
                found.append("\(first) \(message)")
                opcode = nil
            }
        }
        return found
    }

    private static func text(of event: WebSocketEvent) -> String {
        switch event {
        case .text(let payload): "1 \(Array(payload.readableBytesView))"
        case .binary(let payload): "2 \(Array(payload.readableBytesView))"
        case .ping(let payload): "9 \(Array(payload.readableBytesView))"
        case .pong(let payload): "10 \(Array(payload.readableBytesView))"
        case .close(let code):
            "8 \(code.map { [UInt8($0.rawValue >> 8), UInt8(truncatingIfNeeded: $0.rawValue)] } ?? [])"
        }
    }
}
