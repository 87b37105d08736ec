import ByteText
import EngineIO
import NIOCore
import SocketServer

/// Writes the parts of a ``ClusterMessage``: numbers in network order; texts, bytes and lists after their count (32
/// bits).
public struct ClusterWriter {
    private(set) var buffer = ByteBuffer()

    public mutating func write(_ byte: UInt8) { buffer.writeInteger(byte) }
    public mutating func write(_ flag: Bool) { buffer.writeInteger(flag ? 1 : 0, as: UInt8.self) }
    public mutating func write(_ number: Int64) { buffer.writeInteger(number) }

    public mutating func write(_ text: ByteString) {
        write(count: text.count)
        text.withBytes { _ = buffer.writeBytes($0) }
    }

    mutating func write(_ texts: [ByteString]) {
        write(count: texts.count)
        for text in texts { write(text) }
    }

    mutating func write(_ frames: EngineFrames) {
        write(count: frames.size)
        buffer.writeImmutableBuffer(frames.bytes)
    }

    mutating func write(_ act: any SocketAct) {
        var writer = ClusterWriter()
        act.encode(into: &writer)
        write(count: writer.buffer.readableBytes)
        buffer.writeImmutableBuffer(writer.buffer)
    }

    mutating func write(_ target: BroadcastTarget) {
        write(target.rooms)
        write(target.except)
        write(target.volatile)
    }

    /// What does not fit into 32 bits is too long as a whole, which is looked at in the end.
    mutating func write(count: Int) { buffer.writeInteger(UInt32(truncatingIfNeeded: count)) }
}

/// Reads what a ``ClusterWriter`` has written, from bytes that may be anything: each count is held against what is
/// left, and room is made for what is there, never for what is announced.
public struct ClusterReader {
    private var buffer: ByteBuffer

    init(_ bytes: ByteBuffer) { buffer = bytes }

    public mutating func byte() throws(ClusterMessageError) -> UInt8 {
        guard let byte = buffer.readInteger(as: UInt8.self) else { throw .truncated }
        return byte
    }

    public mutating func flag() throws(ClusterMessageError) -> Bool {
        switch try byte() {
        case 0: false
        case 1: true
        default: throw .malformed
        }
    }

    public mutating func number() throws(ClusterMessageError) -> Int64 {
        guard let number = buffer.readInteger(as: Int64.self) else { throw .truncated }
        return number
    }

    public mutating func text() throws(ClusterMessageError) -> ByteString {
        let bytes = try self.bytes()
        let isText = bytes.withUnsafeReadableBytes { bytes in
            var validator = UTF8Validator()
            return validator.consume(bytes) && validator.isComplete
        }
        guard isText else { throw .malformed }
        return ByteString(decoding: bytes.readableBytesView)
    }

    mutating func texts() throws(ClusterMessageError) -> [ByteString] {
        var texts: [ByteString] = []
        for _ in 0..<(try count()) { texts.append(try text()) }
        return texts
    }

    mutating func frames() throws(ClusterMessageError) -> EngineFrames {
        guard let frames = EngineFrames(framed: try bytes()) else { throw .malformed }
        return frames
    }

    mutating func target() throws(ClusterMessageError) -> BroadcastTarget {
        var target = BroadcastTarget()
        target.rooms = try texts()
        target.except = try texts()
        target.volatile = try flag()
        return target
    }

    mutating func bytes() throws(ClusterMessageError) -> ByteBuffer {
        guard let bytes = buffer.readSlice(length: try count()) else { throw .truncated }
        return bytes
    }

    mutating func count() throws(ClusterMessageError) -> Int {
        guard let count = buffer.readInteger(as: UInt32.self) else { throw .truncated }
        return Int(count)
    }

    public func end() throws(ClusterMessageError) {
        if buffer.readableBytes > 0 { throw .excessBytes }
    }
}
