import NIOCore
import SocketServer

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The bodies of long-polling: packets as text, divided by U+001E, bytes in base64 after a `b` (Engine.IO 4, "HTTP
/// long-polling").
enum EnginePayload {
    static let separator: UInt8 = 0x1E

    /// The packets of a POST's body, taken one by one, in order: a body of a megabyte may hold half a million.
    struct Packets {
        private var rest: ByteBuffer?

        /// - Parameter body: what is no UTF-8 is malformed, and none of its packets count.
        init(_ body: ByteBuffer) {
            let isText = body.withUnsafeReadableBytes { bytes in
                var validator = UTF8Validator()
                return validator.consume(bytes) && validator.isComplete
            }
            rest = isText ? body : ByteBuffer(string: "?")
        }

        /// Whether all were taken.
        var isAtEnd: Bool { rest == nil }

        /// Bytes that were not taken yet.
        var bytesLeft: Int { rest?.readableBytes ?? 0 }

        enum Next {
            case packet(EnginePacket)
            /// The last one: malformed.
            case malformed
            case end
        }

        mutating func next() -> Next {
            guard var buffer = rest else { return .end }
            let length = EnginePayload.firstSeparator(in: buffer)
            let record = buffer.readSlice(length: length ?? buffer.readableBytes)
            guard let record, let packet = EnginePayload.decode(record: record) else {
                rest = nil
                return .malformed
            }
            if length != nil {
                buffer.moveReaderIndex(forwardBy: 1)
                rest = buffer
            } else {
                rest = nil
            }
            return .packet(packet)
        }
    }

    /// How many bytes stand before the next separator; `nil` when there is none. By memchr, which a build without
    /// optimisation does not make slow.
    private static func firstSeparator(in buffer: ByteBuffer) -> Int? {
        buffer.withUnsafeReadableBytes { bytes in
            guard let start = bytes.baseAddress, let found = memchr(start, Int32(separator), bytes.count) else {
                return nil
            }
            return UnsafeRawPointer(found) - start
        }
    }

    private static func decode(record: ByteBuffer) -> EnginePacket? {
        guard record.readableBytesView.first == UInt8(ascii: "b") else { return EnginePacket(text: record) }
        var text = record
        text.moveReaderIndex(forwardBy: 1)
        return ByteBuffer(base64: text).map { .binary($0) }
    }

    /// Moves the first packet of `frames`, which are those of ``EngineFrames`` or ``EngineControl`` (server frames,
    /// whole, without masks), to `body`.
    static func appendFirst(of frames: inout ByteBuffer, to body: inout ByteBuffer) {
        guard let opcode = frames.readInteger(as: UInt8.self), let payload = readPayload(of: &frames) else {
            return frames.clear()
        }
        if body.readableBytes > 0 { body.writeInteger(separator) }
        if opcode & 0x0F == 0x2 {
            body.writeInteger(UInt8(ascii: "b"))
            body.writeBase64(payload)
        } else {
            body.writeImmutableBuffer(payload)
        }
    }

    /// Takes the payload of a frame whose first byte was read; `nil` when it is not whole.
    static func readPayload(of frames: inout ByteBuffer) -> ByteBuffer? {
        let length: Int? =
            switch frames.readInteger(as: UInt8.self) {
            case 126: frames.readInteger(as: UInt16.self).map { Int($0) }
            case 127: frames.readInteger(as: UInt64.self).flatMap { Int(exactly: $0) }
            case let short?: Int(short)
            case nil: nil
            }
        return length.flatMap { frames.readSlice(length: $0) }
    }
}
