public import NIOCore

/// Server frames: unfragmented and without a mask (RFC 6455 section 5.1).
public enum WebSocketFrame {
    /// Appends a text frame.
    public static func append(text payload: ByteBuffer, to buffer: inout ByteBuffer) {
        append(opcode: WebSocketFrameHeader.text, payload: payload, to: &buffer)
    }

    /// Appends a binary frame.
    public static func append(binary payload: ByteBuffer, to buffer: inout ByteBuffer) {
        append(opcode: WebSocketFrameHeader.binary, payload: payload, to: &buffer)
    }

    static func pong(_ payload: ByteBuffer) -> ByteBuffer {
        var buffer = ByteBuffer()
        append(opcode: WebSocketFrameHeader.pong, payload: payload, to: &buffer)
        return buffer
    }

    static func close(_ code: WebSocketCloseCode?) -> ByteBuffer {
        var payload = ByteBuffer()
        if let code { payload.writeInteger(code.rawValue) }
        var buffer = ByteBuffer()
        append(opcode: WebSocketFrameHeader.close, payload: payload, to: &buffer)
        return buffer
    }

    /// Appends the head of a text or binary frame, whose payload the caller appends next.
    ///
    /// - Parameter length: bytes of the payload.
    public static func appendHeader(isText: Bool, length: Int, to buffer: inout ByteBuffer) {
        appendHeader(
            opcode: isText ? WebSocketFrameHeader.text : WebSocketFrameHeader.binary, length: length, to: &buffer)
    }

    /// Bytes of the head of a frame, whose payload has so many.
    package static func headerSize(length: Int) -> Int {
        switch length {
        case ..<126: 2
        case ..<65_536: 4
        default: 10
        }
    }

    /// Writes the head of a text or binary frame where it is to stand.
    ///
    /// - Parameters:
    ///   - length: bytes of the payload.
    ///   - target: ``headerSize(length:)`` bytes.
    package static func writeHeader(isText: Bool, length: Int, to target: UnsafeMutableRawBufferPointer) {
        writeHeader(
            opcode: isText ? WebSocketFrameHeader.text : WebSocketFrameHeader.binary, length: length, to: target)
    }

    private static func writeHeader(opcode: UInt8, length: Int, to target: UnsafeMutableRawBufferPointer) {
        target[0] = 0x80 | opcode
        switch target.count {
        case 2:
            target[1] = UInt8(truncatingIfNeeded: length)
        case 4:
            target[1] = 126
            target.storeBytes(of: UInt16(truncatingIfNeeded: length).bigEndian, toByteOffset: 2, as: UInt16.self)
        default:
            target[1] = 127
            target.storeBytes(of: UInt64(length).bigEndian, toByteOffset: 2, as: UInt64.self)
        }
    }

    private static func appendHeader(opcode: UInt8, length: Int, to buffer: inout ByteBuffer) {
        let size = headerSize(length: length)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { room in
            writeHeader(
                opcode: opcode, length: length, to: UnsafeMutableRawBufferPointer(rebasing: room[..<size]))
            return size
        }
    }

    private static func append(opcode: UInt8, payload: ByteBuffer, to buffer: inout ByteBuffer) {
        let length = payload.readableBytes
        buffer.reserveCapacity(minimumWritableBytes: length + WebSocketFrameHeader.maximumSize)
        appendHeader(opcode: opcode, length: length, to: &buffer)
        buffer.writeImmutableBuffer(payload)
    }
}
