import NIOCore
import NIOEmbedded
import SocketServer
import Testing

@testable import EngineIO

@Suite("Packets and payloads")
struct EnginePayloadTests {
    private let account = ByteAccount(limit: 1_000_000, eventLoop: EmbeddedEventLoop())

    private func decode(_ text: String) -> [EnginePacket?] { decode(ByteBuffer(string: text)) }

    /// The packets of a body; nil as the last one if it is malformed.
    private func decode(_ body: ByteBuffer) -> [EnginePacket?] {
        var packets = EnginePayload.Packets(body)
        var all: [EnginePacket?] = []
        while true {
            switch packets.next() {
            case .packet(let packet): all.append(packet)
            case .malformed: return all + [nil]
            case .end: return all
            }
        }
    }

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
        #expect(decode(ByteBuffer(bytes: [0x34, 0xFF])) == [nil])
    }

    @Test("Frames of every length come out of the queue as the packets they hold")
    func encode() {
        for length in [0, 1, 124, 125, 126, 200, 65_534, 65_535, 65_536, 70_000] {
            var frames = EngineFrames()
            let text = String(repeating: "x", count: length)
            frames.append(text: text)
            frames.append(binary: ByteBuffer(string: text).readableBytesView)
            #expect(frames.count == 2)
            let queue = PollingQueue(account: account)
            queue.append(frames.bytes, isCounted: true)
            let body = queue.takeBody(maxBytes: 1_000_000)
            #expect(queue.isEmpty)
            #expect(
                decode(body) == [.text(buffer(text)), .binary(buffer(text))], "length \(length)")
        }
    }

    @Test("A response carries at most sixteen packets, and the rest keeps its order")
    func sixteen() {
        var frames = EngineFrames()
        for number in 0..<40 { frames.append(text: "\(number)") }
        let queue = PollingQueue(account: account)
        queue.append(frames.bytes, isCounted: true)
        #expect(account.used == frames.size)
        var counts: [Int] = []
        var texts: [EnginePacket?] = []
        while !queue.isEmpty {
            let packets = decode(queue.takeBody(maxBytes: 1_000_000))
            counts.append(packets.count)
            texts += packets
        }
        #expect(counts == [16, 16, 8])
        #expect(texts == (0..<40).map { .text(buffer("\($0)")) })
        #expect(queue.size == 0 && queue.taken == frames.size && account.used == 0)
    }

    @Test("A response stops at the limit of bytes, and one longer packet goes alone")
    func byteLimit() {
        let queue = PollingQueue(account: account)
        for text in [String(repeating: "a", count: 50), "b", "c"] {
            var frames = EngineFrames()
            frames.append(text: text)
            queue.append(frames.bytes, isCounted: text != "c")
        }
        #expect(queue.counted == 53 + 4)
        #expect(queue.uncounted == 4)
        #expect(queue.takeBody(maxBytes: 10).readableBytes == 51)
        #expect(queue.takeBody(maxBytes: 10) == ByteBuffer(string: "4b\u{1E}4c"))
        #expect(queue.size == 0)
    }
}
