import ByteText
import NIOCore

/// What stands before a packet's payload (Socket.IO 5, "Packet encoding"): enough to judge whether the rest is worth
/// looking at.
package struct PacketHead {
    package enum Kind: Sendable, Hashable {
        case connect, disconnect, event, ack, connectError
    }

    package var kind: Kind
    /// Attachments that follow.
    package var attachments = 0
    package var namespace: ByteString
    package var id: Int?
    /// Bytes of the payload.
    package var payloadSize = 0

    /// How many attachments one packet may announce.
    static let maxAttachments = 64

    /// Reads it from the front of `text`, which is the payload afterwards.
    init(_ text: inout ByteBuffer) throws(PacketDecoder.Failure) {
        guard let type = text.readInteger(as: UInt8.self) else { throw .unknownType }
        switch type {
        case UInt8(ascii: "0"): kind = .connect
        case UInt8(ascii: "1"): kind = .disconnect
        case UInt8(ascii: "2"), UInt8(ascii: "5"): kind = .event
        case UInt8(ascii: "3"), UInt8(ascii: "6"): kind = .ack
        case UInt8(ascii: "4"): kind = .connectError
        default: throw .unknownType
        }
        if type == UInt8(ascii: "5") || type == UInt8(ascii: "6") { attachments = try Self.readAttachmentCount(&text) }
        namespace = Self.readNamespace(&text)
        id = try Self.readID(&text)
        payloadSize = text.readableBytes
    }

    private static func readAttachmentCount(_ text: inout ByteBuffer) throws(PacketDecoder.Failure) -> Int {
        guard let count = readDigits(&text), text.readInteger(as: UInt8.self) == UInt8(ascii: "-"),
            count <= maxAttachments
        else { throw .illegalAttachments }
        return count
    }

    private static func readNamespace(_ text: inout ByteBuffer) -> ByteString {
        guard text.readableBytesView.first == UInt8(ascii: "/") else { return "/" }
        let view = text.readableBytesView
        let end = view.firstIndex(of: UInt8(ascii: ",")) ?? view.endIndex
        // The query of a namespace ("/admin?x=1") belongs to older protocols and is no part of the name.
        let name = view[..<end].prefix { $0 != UInt8(ascii: "?") }
        text.moveReaderIndex(to: min(end + 1, view.endIndex))
        return ByteString(decoding: name)
    }

    private static func readID(_ text: inout ByteBuffer) throws(PacketDecoder.Failure) -> Int? {
        guard let first = text.readableBytesView.first, (0x30...0x39).contains(first) else { return nil }
        guard let id = readDigits(&text) else { throw .invalidID }
        return id
    }

    /// A decimal number of at most 15 digits, so that it is exact in every client's language.
    private static func readDigits(_ text: inout ByteBuffer) -> Int? {
        var value = 0
        var count = 0
        for byte in text.readableBytesView.prefix(16) {
            guard (0x30...0x39).contains(byte) else { break }
            value = value * 10 + Int(byte - 0x30)
            count += 1
        }
        guard (1...15).contains(count) else { return nil }
        text.moveReaderIndex(forwardBy: count)
        return value
    }
}
