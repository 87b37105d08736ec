/// How a peer broke RFC 6455; the connection is closed with ``closeCode``.
public enum WebSocketViolation: Error, Sendable, Equatable {
    /// A reserved bit without an extension that gives it a meaning (section 5.2).
    case reservedBits
    /// An opcode that no specification defines (section 5.2).
    case reservedOpcode
    /// A client frame without a mask (section 5.1).
    case unmasked
    /// A control frame in fragments, or of more than 125 bytes (section 5.5).
    case malformedControlFrame
    /// A length in more bytes than it needs, or with its top bit set (section 5.2).
    case malformedLength
    /// A continuation of nothing, or a new message inside another (section 5.4).
    case unexpectedOpcode
    /// Text that is not UTF-8 (section 8.1), also as the reason of a close.
    case invalidUTF8
    /// A close frame of one byte, or with a code that may not be sent (section 7.4).
    case malformedClose
    /// More bytes than the configured limit of a message.
    case messageTooBig

    public var closeCode: WebSocketCloseCode {
        switch self {
        case .invalidUTF8: .invalidPayload
        case .messageTooBig: .messageTooBig
        default: .protocolError
        }
    }
}
