import NIOCore

/// One Engine.IO packet from a client (Engine.IO 4, "Packet encoding").
enum EnginePacket: Equatable, Sendable {
    case open
    case close
    case ping(ByteBuffer)
    case pong(ByteBuffer)
    case text(ByteBuffer)
    case binary(ByteBuffer)
    case upgrade
    case noop

    /// Reads the text of a packet, type first; nil when there is no such type.
    init?(text: ByteBuffer) {
        var data = text
        switch data.readInteger(as: UInt8.self) {
        case UInt8(ascii: "0"): self = .open
        case UInt8(ascii: "1"): self = .close
        case UInt8(ascii: "2"): self = .ping(data)
        case UInt8(ascii: "3"): self = .pong(data)
        case UInt8(ascii: "4"): self = .text(data)
        case UInt8(ascii: "5"): self = .upgrade
        case UInt8(ascii: "6"): self = .noop
        default: return nil
        }
    }
}
