import JSON
import NIOCore
import SocketServer

/// Writes text message packets one after the other, framed as ``EngineFrames`` are, into one piece of memory: what is
/// in a packet is written where it goes out from. Its length is known at its end, so the frame's head is written then,
/// into room that was left for one of the length that nearly all packets have.
package struct FrameWriter: ~Copyable {
    private var text: JSONWriter
    /// How many packets there are.
    package private(set) var packets = 0

    /// The head of a frame whose payload has 126 to 65,535 bytes.
    private static let commonHead = 4

    package init(reserving capacity: Int = 512) { text = JSONWriter(reserving: capacity) }

    /// Bytes written.
    package var size: Int { text.count }

    /// Appends a text message packet, which is what `write` writes; it is without the packet type.
    package mutating func text(_ write: (inout JSONWriter) -> Void) {
        let start = text.count
        text.begin(leaving: Self.commonHead)
        text.put(UInt8(ascii: "4"))
        write(&text)
        let length = text.count - start - Self.commonHead
        let head = WebSocketFrame.headerSize(length: length)
        if head != Self.commonHead { text.move(from: start + Self.commonHead, by: head - Self.commonHead) }
        text.withMutableBytes { bytes in
            WebSocketFrame.writeHeader(
                isText: true, length: length, to: UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + head]))
        }
        packets += 1
    }

    /// Appends packets that are framed already.
    package mutating func append(_ frames: EngineFrames) {
        frames.bytes.withUnsafeReadableBytes { text.put($0) }
        packets += frames.count
    }

    /// What was written so far, as long as `body` runs.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result { text.withBytes(body) }

    /// What was written so far.
    package var frames: EngineFrames {
        EngineFrames(bytes: text.withBytes { ByteBuffer(bytes: $0) }, count: packets)
    }
}
