import NIOCore
import Testing

@testable import EngineIO

@Suite("Packets and payloads")
struct EnginePayloadTests {
    private func decode(_ text: String) -> [EnginePacket?] { EnginePayload.decode(ByteBuffer(string: text)) }
    private func buffer(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }

    @Test("A payload of several packets decodes in order, bytes from base64")
    func several() {
        #expect(
            decode("4hello\u{1E}bAQIDBA==\u{1E}3\u{1E}2probe\u{1E}4")
                == [
                    .text(buffer("hello")), .binary(ByteBuffer(bytes: [1, 2, 3, 4])), .pong(buffer("")),
                    .ping(buffer("probe")), .text(buffer("")),
                ])
        #expect(decode("0") == [.open])
        #expect(decode("1") == [.close])
        #expect(decode("5\u{1E}6") == [.upgrade, .noop])
    }

    @Test(
        "A malformed packet ends a payload; those before it count",
        arguments: ["", "abc", "7", "b?", "x4", "4a\u{1E}"])
    func malformed(text: String) {
        let packets = decode(text)
        #expect(packets.last == .some(nil))
        #expect(packets.dropLast().allSatisfy { $0 != nil })
        #expect(decode("4a\u{1E}\u{1E}4b") == [.text(buffer("a")), nil])
    }

    @Test("A payload that is not UTF-8 is malformed")
    func notText() {
        #expect(EnginePayload.decode(ByteBuffer(bytes: [0x34, 0xFF])) == [nil])
    }

    @Test("Frames of every length come out of the queue as the packets they hold")
    func encode() {
        for length in [0, 1, 124, 125, 126, 200, 65_534, 65_535, 65_536, 70_000] {
            var frames = EngineFrames()
            let text = String(repeating: "x", count: length)
            frames.append(text: text)
            frames.append(binary: ByteBuffer(string: text).readableBytesView)
            #expect(frames.count == 2)
            let queue = PollingQueue()
            queue.append(frames.bytes, isCounted: true)
            let (body, isWhole) = queue.takeBody(maxBytes: 1_000_000)
            #expect(isWhole)
            #expect(
                EnginePayload.decode(body) == [.text(buffer(text)), .binary(buffer(text))], "length \(length)")
        }
    }

    @Test("A response carries at most sixteen packets, and the rest keeps its order")
    func sixteen() {
        var frames = EngineFrames()
        for number in 0..<40 { frames.append(text: "\(number)") }
        let queue = PollingQueue()
        queue.append(frames.bytes, isCounted: true)
        var counts: [Int] = []
        var texts: [EnginePacket?] = []
        var isWhole = false
        while !isWhole {
            let part = queue.takeBody(maxBytes: 1_000_000, last: EngineControl.close)
            let packets = EnginePayload.decode(part.body)
            counts.append(packets.count)
            texts += packets
            isWhole = part.isWhole
        }
        #expect(counts == [16, 16, 9])
        #expect(texts == (0..<40).map { .text(buffer("\($0)")) } + [.close])
        #expect(queue.isEmpty)
        #expect(queue.size == 0)
    }

    @Test("A response stops at the limit of bytes, and one longer packet goes alone")
    func byteLimit() {
        let queue = PollingQueue()
        for text in [String(repeating: "a", count: 50), "b", "c"] {
            var frames = EngineFrames()
            frames.append(text: text)
            queue.append(frames.bytes, isCounted: text != "c")
        }
        #expect(queue.counted == 53 + 4)
        #expect(queue.uncounted == 4)
        #expect(queue.takeBody(maxBytes: 10).body.readableBytes == 51)
        #expect(queue.takeBody(maxBytes: 10).body == ByteBuffer(string: "4b\u{1E}4c"))
        #expect(queue.size == 0)
    }
}
