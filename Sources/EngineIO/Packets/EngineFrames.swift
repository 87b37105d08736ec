public import JSON
public import NIOCore
import SocketServer

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

    init(bytes: ByteBuffer, count: Int) {
        self.bytes = bytes
        self.count = count
    }

    /// One text message packet; `text` is without the packet type.
    public init(text: UnsafeRawBufferPointer) {
        self.init(reserving: text.count + 11)
        append(text: text)
    }

    /// One text message packet, which is what `write` writes; it is without the packet type.
    ///
    /// - Parameter capacity: about how many bytes that will be.
    public init(reserving capacity: Int, text write: (inout JSONWriter) -> Void) {
        var writer = FrameWriter(reserving: capacity + 16)
        writer.text(write)
        self = writer.frames
    }

    /// Bytes as a WebSocket carries them.
    public var size: Int { bytes.readableBytes }
    public var isEmpty: Bool { count == 0 }

    /// Appends a text message packet; `text` is without the packet type.
    public mutating func append(text: UnsafeRawBufferPointer) {
        WebSocketFrame.appendHeader(isText: true, length: text.count + 1, to: &bytes)
        bytes.writeInteger(UInt8(ascii: "4"))
        bytes.writeBytes(text)
        count += 1
    }

    /// Appends a text message packet; `text` is without the packet type.
    public mutating func append(text: ByteBufferView) { text.withUnsafeBytes { append(text: $0) } }

    /// Appends a text message packet; `text` is without the packet type.
    public mutating func append(text: String) {
        var text = text
        text.withUTF8 { append(text: UnsafeRawBufferPointer($0)) }
    }

    /// Appends a binary message packet.
    public mutating func append(binary: ByteBufferView) {
        WebSocketFrame.appendHeader(isText: false, length: binary.count, to: &bytes)
        bytes.writeBytes(binary)
        count += 1
    }

    /// Appends the packets of `other` after these.
    public mutating func append(_ other: EngineFrames) {
        bytes.writeImmutableBuffer(other.bytes)
        count += other.count
    }
}
