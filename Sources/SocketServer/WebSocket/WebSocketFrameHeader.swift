import NIOCore

/// The head of one frame (RFC 6455 section 5.2).
struct WebSocketFrameHeader: Sendable, Equatable {
    var isFinal: Bool
    var opcode: UInt8
    var length: Int
    /// The masking key in the order of memory.
    var key: UInt32
    /// Bytes of the head itself.
    var size: Int

    static let maximumSize = 14
    static let continuation: UInt8 = 0x0
    static let text: UInt8 = 0x1
    static let binary: UInt8 = 0x2
    static let close: UInt8 = 0x8
    static let ping: UInt8 = 0x9
    static let pong: UInt8 = 0xA

    var isControl: Bool { opcode & 0x8 != 0 }

    /// Reads a client's frame head at the start of `bytes`; nil when more bytes are needed. What can be refused early
    /// is: the first two bytes are judged before the rest is there.
    static func parse(_ bytes: UnsafeRawBufferPointer) throws(WebSocketViolation) -> Self? {
        guard let first = bytes.first else { return nil }
        if first & 0x70 != 0 { throw .reservedBits }
        let opcode = first & 0x0F
        switch opcode {
        case continuation, text, binary, close, ping, pong: break
        default: throw .reservedOpcode
        }
        let isFinal = first & 0x80 != 0
        let isControl = opcode & 0x8 != 0
        if isControl, !isFinal { throw .malformedControlFrame }
        guard bytes.count >= 2 else { return nil }
        let second = bytes[1]
        if second & 0x80 == 0 { throw .unmasked }
        let short = Int(second & 0x7F)
        if isControl, short > 125 { throw .malformedControlFrame }
        let lengthSize = short < 126 ? 0 : short == 126 ? 2 : 8
        let size = 2 + lengthSize + 4
        guard bytes.count >= size else { return nil }
        var length = short
        if lengthSize == 2 {
            length = Int(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
            if length < 126 { throw .malformedLength }
        } else if lengthSize == 8 {
            let long = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt64.self))
            guard long >= 65_536, let exact = Int(exactly: long) else { throw .malformedLength }
            length = exact
        }
        let key = bytes.loadUnaligned(fromByteOffset: size - 4, as: UInt32.self)
        return Self(isFinal: isFinal, opcode: opcode, length: length, key: key, size: size)
    }
}
