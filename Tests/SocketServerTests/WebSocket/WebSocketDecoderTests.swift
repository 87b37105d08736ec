import NIOCore
import SocketTestKit
import Testing

@testable import SocketServer

@Suite("WebSocket decoder")
struct WebSocketDecoderTests {
    /// Everything that `input`, cut into `parts`, decodes to; then the violation, if there is one.
    private func decode(_ parts: [[UInt8]], limit: Int = 1 << 20, unmasking: Bool = true) -> [String] {
        var decoder = WebSocketDecoder(maximumMessageSize: limit)
        var seen: [String] = []
        for part in parts {
            var buffer = ByteBuffer(bytes: part)
            if unmasking { decoder.unmaskWholeFrames(in: &buffer) }
            do {
                while let event = try decoder.next(from: &buffer) { seen.append(Self.text(of: event)) }
            } catch {
                return seen + ["\(error)"]
            }
        }
        return seen
    }

    private static func text(of event: WebSocketEvent) -> String {
        switch event {
        case .text(let buffer): "text \(String(buffer: buffer))"
        case .binary(let buffer): "binary \(Array(buffer.readableBytesView))"
        case .ping(let buffer): "ping \(String(buffer: buffer))"
        case .pong(let buffer): "pong \(String(buffer: buffer))"
        case .close(let code): "close \(code.map { String($0.rawValue) } ?? "-")"
        }
    }

    private static func frame(_ opcode: UInt8, _ text: String, isFinal: Bool = true) -> [UInt8] {
        RawFrame.encode(opcode: opcode, payload: Array(text.utf8), isFinal: isFinal)
    }

    static let conversations: [(name: String, bytes: [UInt8], events: [String])] = [
        ("a text", frame(1, "héllo"), ["text héllo"]),
        ("an empty text", frame(1, ""), ["text "]),
        (
            "several in one read", frame(1, "a") + frame(2, "bc") + frame(1, "d"),
            ["text a", "binary [98, 99]", "text d"]
        ),
        (
            "a ping between fragments",
            frame(1, "one ", isFinal: false) + frame(9, "p") + frame(0, "", isFinal: false) + frame(0, "two"),
            ["ping p", "text one two"]
        ),
        (
            "a scalar cut by a fragment",
            RawFrame.encode(opcode: 1, payload: [0xE2, 0x82], isFinal: false)
                + RawFrame.encode(opcode: 0, payload: [0xAC]),
            ["text €"]
        ),
        ("a long one", frame(2, String(repeating: "x", count: 300)), [
            "binary \([UInt8](repeating: 120, count: 300))",
        ]),
        ("a close with a code", RawFrame.encode(opcode: 8, payload: [0x03, 0xE8, 0x6F, 0x6B]), ["close 1000"]),
        ("a close without", frame(8, ""), ["close -"]),
        ("a pong", frame(10, "x"), ["pong x"]),
        ("a reserved bit", [0xC1, 0x80, 0, 0, 0, 0], ["reservedBits"]),
        ("a reserved opcode", [0x83, 0x80, 0, 0, 0, 0], ["reservedOpcode"]),
        ("a reserved control opcode", [0x8B, 0x80, 0, 0, 0, 0], ["reservedOpcode"]),
        ("no mask", [0x81, 0x01, 0x61], ["unmasked"]),
        ("a fragmented ping", frame(9, "x", isFinal: false), ["malformedControlFrame"]),
        ("a long ping", frame(9, String(repeating: "x", count: 126)), ["malformedControlFrame"]),
        ("a continuation of nothing", frame(0, "x"), ["unexpectedOpcode"]),
        ("a message in a message", frame(1, "x", isFinal: false) + frame(1, "y"), ["unexpectedOpcode"]),
        ("a length that needs fewer bytes", [0x82, 0xFE, 0, 5, 0, 0, 0, 0], ["malformedLength"]),
        ("a negative length", [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4], ["malformedLength"]),
        ("an absurd length", [0x82, 0xFF, 0x7F] + [UInt8](repeating: 0xFF, count: 7) + [1, 2, 3, 4], ["messageTooBig"]),
        ("a surrogate", RawFrame.encode(opcode: 1, payload: [0xED, 0xA0, 0x80]), ["invalidUTF8"]),
        ("text that ends inside a scalar", RawFrame.encode(opcode: 1, payload: [0xE2, 0x82]), ["invalidUTF8"]),
        (
            "bad text in a fragment, before its end",
            RawFrame.encode(opcode: 1, payload: [0x61, 0xFF], isFinal: false), ["invalidUTF8"]
        ),
        ("a close of one byte", RawFrame.encode(opcode: 8, payload: [3]), ["malformedClose"]),
        ("a close with 1005", RawFrame.encode(opcode: 8, payload: [0x03, 0xED]), ["malformedClose"]),
        ("a close with a bad reason", RawFrame.encode(opcode: 8, payload: [0x03, 0xE8, 0xC3]), ["invalidUTF8"]),
        ("a good one before a bad one", frame(1, "a") + [0x81, 0x01, 0x61], ["text a", "unmasked"]),
    ]

    @Test("Each conversation decodes to its events, whole and cut at every position", arguments: conversations)
    func everySplit(conversation: (name: String, bytes: [UInt8], events: [String])) {
        #expect(decode([conversation.bytes]) == conversation.events)
        #expect(decode([conversation.bytes], unmasking: false) == conversation.events)
        for cut in 0...conversation.bytes.count {
            let parts = [Array(conversation.bytes[..<cut]), Array(conversation.bytes[cut...])]
            #expect(decode(parts) == conversation.events, "cut at \(cut)")
        }
        #expect(decode(conversation.bytes.map { [$0] }) == conversation.events, "byte for byte")
    }

    @Test("A message over the limit is refused at the head that goes past it, also as fragments")
    func limit() {
        #expect(decode([Self.frame(1, "12345")], limit: 5) == ["text 12345"])
        #expect(decode([Array(Self.frame(1, "123456").prefix(6))], limit: 5) == ["messageTooBig"])
        let fragments = Self.frame(1, "123", isFinal: false) + Self.frame(0, "456")
        #expect(decode([fragments], limit: 5) == ["messageTooBig"])
    }

    @Test("Bad text in an unfinished frame is refused before the frame ends")
    func failsFast() {
        let bytes = RawFrame.encode(opcode: 1, payload: [0x61, 0xFF] + [UInt8](repeating: 0x62, count: 100))
        #expect(decode([Array(bytes.prefix(8))]) == ["invalidUTF8"])
    }

    @Test("Random bytes never trap")
    func noise() {
        var generator = SplitMix(state: 42)
        for _ in 0..<2000 {
            let count = Int(generator.next() % 60)
            var bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            // Mostly plausible heads, so that more than the first check is reached.
            if count > 2 { bytes[0] &= 0x8F }
            if count > 2 { bytes[1] |= 0x80 }
            let whole = decode([bytes], limit: 4096)
            #expect(decode(bytes.map { [$0] }, limit: 4096) == whole)
        }
    }
}
