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

    private static func append(opcode: UInt8, payload: ByteBuffer, to buffer: inout ByteBuffer) {
        let length = payload.readableBytes
        buffer.reserveCapacity(minimumWritableBytes: length + WebSocketFrameHeader.maximumSize)
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
        buffer.writeImmutableBuffer(payload)
    }
}
