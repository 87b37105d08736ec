import EngineIO
import NIOCore
import Testing

@testable import SocketIO

@Suite struct PacketEncoderTests {
    /// The texts and binaries that frames hold, by the framing of RFC 6455.
    private func unframed(_ frames: EngineFrames) -> [String] {
        var bytes = frames.bytes
        var packets: [String] = []
        while let opcode = bytes.readInteger(as: UInt8.self), let short = bytes.readInteger(as: UInt8.self) {
            var length = Int(short)
            if short == 126 { length = Int(bytes.readInteger(as: UInt16.self) ?? 0) }
            if short == 127 { length = Int(bytes.readInteger(as: UInt64.self) ?? 0) }
            let payload = bytes.readSlice(length: length) ?? ByteBuffer()
            packets.append(opcode == 0x81 ? String(buffer: payload) : "bytes:\(payload.readableBytes)")
        }
        return packets
    }

    @Test("Events, acks, connects and errors as the protocol writes them")
    func packets() {
        let main = PacketEncoder(namespace: "/")
        let custom = PacketEncoder(namespace: "/custom")
        #expect(unframed(main.event("a", [1, "b"])) == ["42[\"a\",1,\"b\"]"])
        #expect(unframed(custom.event("a", [], id: 5)) == ["42/custom,5[\"a\"]"])
        #expect(unframed(main.event("a", json: ByteBuffer(string: "{\"x\":1}"))) == ["42[\"a\",{\"x\":1}]"])
        #expect(unframed(custom.ack(3, ["y"])) == ["43/custom,3[\"y\"]"])
        #expect(unframed(main.ack(0, json: ByteBuffer(string: "{}"))) == ["430[{}]"])
        #expect(unframed(main.connected(sid: "s", pid: nil)) == ["40{\"sid\":\"s\"}"])
        #expect(unframed(custom.connected(sid: "s", pid: "p")) == ["40/custom,{\"sid\":\"s\",\"pid\":\"p\"}"])
        #expect(unframed(main.disconnect()) == ["41"])
        #expect(
            unframed(main.connectError(ConnectError("no", data: ["code": "x"])))
                == ["44{\"message\":\"no\",\"data\":{\"code\":\"x\"}}"])
    }

    @Test("Binary arguments become attachments, numbered in the order they stand")
    func binary() {
        let frames = PacketEncoder(namespace: "/").event(
            "m", [.binary(ByteBuffer(bytes: [1])), ["a": .binary(ByteBuffer(bytes: [1, 2]))]], id: 9)
        #expect(
            unframed(frames) == [
                "452-9[\"m\",{\"_placeholder\":true,\"num\":0},{\"a\":{\"_placeholder\":true,\"num\":1}}]",
                "bytes:1", "bytes:2",
            ])
        #expect(frames.count == 3)
    }

    @Test(
        "Lengths around the borders of the frame header are framed right",
        arguments: [124, 125, 126, 65_534, 65_535, 70_000])
    func frameLengths(count: Int) {
        var frames = EngineFrames()
        let text = String(repeating: "x", count: count)
        frames.append(text: text)
        #expect(unframed(frames) == ["4" + text])
    }
}
