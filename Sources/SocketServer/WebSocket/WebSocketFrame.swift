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

    private static func appendHeader(opcode: UInt8, length: Int, to buffer: inout ByteBuffer) {
        buffer.writeInteger(0x80 | opcode)
        switch length {
        case ..<126:
            buffer.writeInteger(UInt8(truncatingIfNeeded: length))
        case ..<65_536:
            buffer.writeInteger(UInt8(126))
            buffer.writeInteger(UInt16(truncatingIfNeeded: length))
        default:
            buffer.writeInteger(UInt8(127))
            buffer.writeInteger(UInt64(length))
        }
    }

    private static func append(opcode: UInt8, payload: ByteBuffer, to buffer: inout ByteBuffer) {
        let length = payload.readableBytes
        buffer.reserveCapacity(minimumWritableBytes: length + WebSocketFrameHeader.maximumSize)
        appendHeader(opcode: opcode, length: length, to: &buffer)
        buffer.writeImmutableBuffer(payload)
    }
}
