import EngineIO
import JSON
import NIOCore
import Testing

@Suite("Framing once for all")
struct EngineFramesTests {
    /// Around each length at which the header of a WebSocket frame grows; the packet's type is one byte more.
    static let lengths: [(text: Int, header: [UInt8])] = [
        (0, [0x81, 1]), (1, [0x81, 2]), (124, [0x81, 125]), (125, [0x81, 126, 0, 126]), (300, [0x81, 126, 1, 45]),
        (65_534, [0x81, 126, 0xFF, 0xFF]), (65_535, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        (200_000, [0x81, 127, 0, 0, 0, 0, 0, 3, 0x0D, 0x41]),
    ]

    private func packet(_ length: Int, _ header: [UInt8]) -> [UInt8] {
        header + [UInt8(ascii: "4")] + Array(repeating: UInt8(ascii: "x"), count: length)
    }

    @Test("Text of any length is one packet behind the header that its length needs", arguments: lengths)
    func one(length: Int, header: [UInt8]) {
        let text = String(repeating: "x", count: length)
        var appended = EngineFrames()
        appended.append(text: text)
        #expect(Array(appended.bytes.readableBytesView) == packet(length, header))
        #expect(appended.count == 1)
        let made = Array(text.utf8).withUnsafeBytes { EngineFrames(text: $0) }
        #expect(made.bytes == appended.bytes)
        #expect(made.count == 1)
        let written = EngineFrames(reserving: 0) { $0.put(text) }
        #expect(written.bytes == appended.bytes)
        #expect(written.count == 1)
    }

    @Test("What is written where it goes out from is framed as what is appended, whatever was in front")
    func writtenInARow() {
        var writer = FrameWriter(reserving: 0)
        var frames = EngineFrames()
        for (length, _) in Self.lengths + Self.lengths.reversed() {
            let text = String(repeating: "x", count: length)
            writer.text { $0.put(text) }
            frames.append(text: text)
        }
        writer.append(frames)
        #expect(writer.packets == 2 * frames.count && writer.size == 2 * frames.size)
        frames.append(frames)
        #expect(writer.frames.bytes == frames.bytes)
        #expect(writer.frames.count == frames.count)
    }

    @Test("Frames of all lengths follow one another, whatever was in front")
    func inARow() {
        var frames = EngineFrames()
        var expected: [UInt8] = []
        for (length, header) in Self.lengths + Self.lengths.reversed() {
            frames.append(text: String(repeating: "x", count: length))
            expected += packet(length, header)
        }
        #expect(Array(frames.bytes.readableBytesView) == expected)
        #expect(frames.count == 2 * Self.lengths.count)
    }
}
