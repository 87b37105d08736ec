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

    /// Reads it from the front of `text`.
    ///
    /// - Returns: where the payload begins.
    static func read(_ text: UnsafeRawBufferPointer) throws(PacketDecoder.Failure) -> (head: PacketHead, size: Int) {
        guard let type = text.first else { throw .unknownType }
        let kind: Kind
        switch type {
        case UInt8(ascii: "0"): kind = .connect
        case UInt8(ascii: "1"): kind = .disconnect
        case UInt8(ascii: "2"), UInt8(ascii: "5"): kind = .event
        case UInt8(ascii: "3"), UInt8(ascii: "6"): kind = .ack
        case UInt8(ascii: "4"): kind = .connectError
        default: throw .unknownType
        }
        var position = 1
        var attachments = 0
        if type == UInt8(ascii: "5") || type == UInt8(ascii: "6") {
            attachments = try readAttachmentCount(text, &position)
        }
        let namespace = readNamespace(text, &position)
        let id = try readID(text, &position)
        let head = PacketHead(
            kind: kind, attachments: attachments, namespace: namespace, id: id, payloadSize: text.count - position)
        return (head, position)
    }

    private static func readAttachmentCount(
        _ text: UnsafeRawBufferPointer, _ position: inout Int
    ) throws(PacketDecoder.Failure) -> Int {
        guard let count = readDigits(text, &position), position < text.count, text[position] == UInt8(ascii: "-"),
            count <= maxAttachments
        else { throw .illegalAttachments }
        position += 1
        return count
    }

    private static func readNamespace(_ text: UnsafeRawBufferPointer, _ position: inout Int) -> ByteString {
        guard position < text.count, text[position] == UInt8(ascii: "/") else { return "/" }
        let end = text[position...].firstIndex(of: UInt8(ascii: ",")) ?? text.endIndex
        // The query of a namespace ("/admin?x=1") belongs to older protocols and is no part of the name.
        let name = text[position..<end].prefix { $0 != UInt8(ascii: "?") }
        position = min(end + 1, text.endIndex)
        return ByteString(decoding: UnsafeRawBufferPointer(rebasing: name))
    }

    private static func readID(
        _ text: UnsafeRawBufferPointer, _ position: inout Int
    ) throws(PacketDecoder.Failure) -> Int? {
        guard position < text.count, (0x30...0x39).contains(text[position]) else { return nil }
        guard let id = readDigits(text, &position) else { throw .invalidID }
        return id
    }

    /// A decimal number of at most 15 digits, so that it is exact in every client's language.
    private static func readDigits(_ text: UnsafeRawBufferPointer, _ position: inout Int) -> Int? {
        var value = 0
        var count = 0
        while count < 16, position + count < text.count, (0x30...0x39).contains(text[position + count]) {
            value = value * 10 + Int(text[position + count] - 0x30)
            count += 1
        }
        guard (1...15).contains(count) else { return nil }
        position += count
        return value
    }
}
