import NIOCore
import SocketServer

/// The bodies of long-polling: packets as text, divided by U+001E, bytes in base64 after a `b` (Engine.IO 4, "HTTP
/// long-polling").
enum EnginePayload {
    static let separator: UInt8 = 0x1E

    /// The packets of a POST's body, in order; nil as the last one if it, or the body's UTF-8, is malformed. Those before
    /// it count.
    static func decode(_ body: ByteBuffer) -> [EnginePacket?] {
        let isText = body.withUnsafeReadableBytes { bytes in
            var validator = UTF8Validator()
            return validator.consume(bytes) && validator.isComplete
        }
        guard isText else { return [nil] }
        var packets: [EnginePacket?] = []
        var rest = body
        while true {
            let length = rest.readableBytesView.firstIndex(of: separator).map { $0 - rest.readerIndex }
            guard let record = rest.readSlice(length: length ?? rest.readableBytes) else { return packets }
            let packet = decode(record: record)
            packets.append(packet)
            guard packet != nil, length != nil else { return packets }
            rest.moveReaderIndex(forwardBy: 1)
        }
    }

    private static func decode(record: ByteBuffer) -> EnginePacket? {
        guard record.readableBytesView.first == UInt8(ascii: "b") else { return EnginePacket(text: record) }
        return Base64.decode(record.readableBytesView.dropFirst()).map { .binary($0) }
    }

    /// Appends to `body` the packets of `frames`, which are those of ``EngineFrames`` or ``EngineControl``: server frames,
    /// whole, without masks.
    static func append(_ frames: ByteBuffer, to body: inout ByteBuffer) {
        var frames = frames
        while let opcode = frames.readInteger(as: UInt8.self), let short = frames.readInteger(as: UInt8.self) {
            let length: Int? =
                switch short {
                case 126: frames.readInteger(as: UInt16.self).map { Int($0) }
                case 127: frames.readInteger(as: UInt64.self).flatMap { Int(exactly: $0) }
                default: Int(short)
                }
            guard let length, let payload = frames.readSlice(length: length) else { return }
            if body.readableBytes > 0 { body.writeInteger(separator) }
            if opcode & 0x0F == 0x2 {
                body.writeInteger(UInt8(ascii: "b"))
                Base64.encode(payload.readableBytesView, to: &body)
            } else {
                body.writeImmutableBuffer(payload)
            }
        }
    }
}
