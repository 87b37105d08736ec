public import NIOCore

/// One or more Engine.IO `message` packets, encoded and framed once for every receiver.
///
/// Server frames are not masked (RFC 6455 section 5.1), so the bytes that one WebSocket sends are the bytes that every
/// WebSocket sends: a broadcast shares one buffer. Format: unfragmented WebSocket frames one after the other, each
/// either a text frame whose payload is `4` and the text (Engine.IO 4, "Packet encoding"), or a binary frame whose
/// payload is the bytes. A polling transport takes the frames apart again (its payload is text, records divided by
/// U+001E, binary in base64), which costs it little and the others nothing.
public struct EngineFrames: Sendable {
    /// The frames' bytes, from `readerIndex` to `writerIndex`.
    public private(set) var bytes: ByteBuffer
    /// How many packets they hold.
    public private(set) var count: Int

    public init(reserving capacity: Int = 0) {
        bytes = ByteBuffer()
        bytes.reserveCapacity(capacity)
        count = 0
    }

    /// One text message packet; `text` is without the packet type.
    public init(text: UnsafeRawBufferPointer) {
        self.init(reserving: text.count + 11)
        appendHeader(opcode: 0x81, payload: text.count + 1)
        bytes.writeInteger(UInt8(ascii: "4"))
        bytes.writeBytes(text)
        count = 1
    }

    /// Bytes as a WebSocket carries them.
    public var size: Int { bytes.readableBytes }
    public var isEmpty: Bool { count == 0 }

    /// Appends a text message packet; `text` is without the packet type.
    public mutating func append(text: ByteBufferView) {
        appendHeader(opcode: 0x81, payload: text.count + 1)
        bytes.writeInteger(UInt8(ascii: "4"))
        bytes.writeBytes(text)
        count += 1
    }

    /// Appends a text message packet; `text` is without the packet type.
    public mutating func append(text: String) {
        append(text: ByteBuffer(string: text).readableBytesView)
    }

    /// Appends a text message packet whose text (without the packet type) `write` puts at the end of the buffer it is
    /// given. Nothing is copied where the text is between 125 and 65,534 bytes: a frame's header is written before the
    /// length is known, and moved when the length needs a shorter or a longer one.
    public mutating func append(textOf write: (inout ByteBuffer) -> Void) {
        let start = bytes.writerIndex
        bytes.writeInteger(UInt32(0))
        bytes.writeInteger(UInt8(ascii: "4"))
        let payload = start + 4
        write(&bytes)
        let length = bytes.writerIndex - payload
        switch length {
        case ..<126:
            move(length, from: payload, to: start + 2)
            bytes.moveWriterIndex(to: start + 2 + length)
            bytes.setInteger(UInt16(0x8100) | UInt16(length), at: start)
        case ..<65_536:
            bytes.setInteger(UInt16(0x817E), at: start)
            bytes.setInteger(UInt16(length), at: start + 2)
        default:
            bytes.writeInteger(UInt32(0))
            bytes.writeInteger(UInt16(0))
            move(length, from: payload, to: start + 10)
            bytes.setInteger(UInt16(0x817F), at: start)
            bytes.setInteger(UInt64(length), at: start + 2)
        }
        count += 1
    }

    private mutating func move(_ length: Int, from source: Int, to target: Int) {
        let base = bytes.readerIndex
        bytes.withUnsafeMutableReadableBytes { bytes in
            let text = UnsafeRawBufferPointer(rebasing: bytes[(source - base)..<(source - base + length)])
            UnsafeMutableRawBufferPointer(rebasing: bytes[(target - base)...]).copyMemory(from: text)
        }
    }

    /// The same bytes in memory of their own: for a loop that writes them to many, so that loops do not fight over one
    /// count of references.
    public func copied() -> EngineFrames {
        var copy = EngineFrames(reserving: size)
        copy.bytes.writeBytes(bytes.readableBytesView)
        copy.count = count
        return copy
    }

    /// Appends a binary message packet.
    public mutating func append(binary: ByteBufferView) {
        appendHeader(opcode: 0x82, payload: binary.count)
        bytes.writeBytes(binary)
        count += 1
    }

    /// Appends the packets of `other` after these.
    public mutating func append(_ other: EngineFrames) {
        bytes.writeImmutableBuffer(other.bytes)
        count += other.count
    }

    private mutating func appendHeader(opcode: UInt8, payload: Int) {
        bytes.writeInteger(opcode)
        switch payload {
        case ..<126:
            bytes.writeInteger(UInt8(payload))
        case ..<65_536:
            bytes.writeInteger(UInt8(126))
            bytes.writeInteger(UInt16(payload))
        default:
            bytes.writeInteger(UInt8(127))
            bytes.writeInteger(UInt64(payload))
        }
    }
}
