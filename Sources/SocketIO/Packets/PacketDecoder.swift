import ByteText
import NIOCore

/// Turns what an Engine.IO session receives into packets.
///
/// Format (Socket.IO 5, "Packet encoding"):
///
///     <packet type>[<attachments>-][<namespace>,][<ack id>][JSON payload without binary]  + attachments, one a message
///
/// 1. The type is one digit: CONNECT 0, DISCONNECT 1, EVENT 2, ACK 3, CONNECT_ERROR 4, BINARY_EVENT 5, BINARY_ACK 6.
/// 2. A namespace other than `/` begins with `/` and ends at a comma, or with the packet.
/// 3. A binary packet is complete when as many binary messages as it announced have come; nothing else may come
/// between.
package struct PacketDecoder {
    /// Why the connection must be closed.
    package enum Failure: Error, Hashable {
        case unknownType
        case illegalAttachments
        case invalidPayload
        case invalidID
        /// Bytes that no packet announced, or text while bytes were due.
        case unexpected
    }

    /// How many attachments one packet may announce.
    static let maxAttachments = 64

    private struct Partial {
        var packet: Packet
        var missing: Int
        var attachments: [ByteBuffer]
    }

    private var partial: Partial?

    package init() {}

    /// A text message.
    ///
    /// - Returns: the packet; `nil` while its attachments are due.
    package mutating func receive(text: ByteBuffer) throws(Failure) -> Packet? {
        guard partial == nil else { throw .unexpected }
        var text = text
        guard let type = text.readInteger(as: UInt8.self) else { throw .unknownType }
        var missing = 0
        if type == UInt8(ascii: "5") || type == UInt8(ascii: "6") { missing = try Self.readAttachmentCount(&text) }
        let namespace = try Self.readNamespace(&text)
        let id = try Self.readID(&text)
        let kind = try Self.kind(type: type, payload: text)
        let packet = Packet(namespace: namespace, kind: kind, id: id)
        guard missing > 0 else { return packet }
        partial = Partial(packet: packet, missing: missing, attachments: [])
        return nil
    }

    /// A binary message.
    ///
    /// - Returns: the packet, when this was its last attachment.
    package mutating func receive(binary: ByteBuffer) throws(Failure) -> Packet? {
        guard var partial else { throw .unexpected }
        partial.attachments.append(binary)
        if partial.attachments.count < partial.missing {
            self.partial = partial
            return nil
        }
        self.partial = nil
        return try Self.reassembled(partial)
    }

    private static func readAttachmentCount(_ text: inout ByteBuffer) throws(Failure) -> Int {
        guard let count = readDigits(&text), text.readInteger(as: UInt8.self) == UInt8(ascii: "-"),
            count <= maxAttachments
        else { throw .illegalAttachments }
        return count
    }

    private static func readNamespace(_ text: inout ByteBuffer) throws(Failure) -> ByteString {
        guard text.readableBytesView.first == UInt8(ascii: "/") else { return "/" }
        let view = text.readableBytesView
        let end = view.firstIndex(of: UInt8(ascii: ",")) ?? view.endIndex
        text.moveReaderIndex(to: min(end + 1, view.endIndex))
        // The query of a namespace ("/admin?x=1") belongs to older protocols and is no part of the name.
        return ByteString(decoding: view[..<end].prefix { $0 != UInt8(ascii: "?") })
    }

    private static func readID(_ text: inout ByteBuffer) throws(Failure) -> Int? {
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

    private static func kind(type: UInt8, payload: ByteBuffer) throws(Failure) -> Packet.Kind {
        switch type {
        case UInt8(ascii: "0"):
            guard payload.readableBytes > 0 else { return .connect(auth: nil) }
            let auth = try parse(payload)
            guard case .object = auth else { throw .invalidPayload }
            return .connect(auth: auth)
        case UInt8(ascii: "1"):
            guard payload.readableBytes == 0 else { throw .invalidPayload }
            return .disconnect
        case UInt8(ascii: "2"), UInt8(ascii: "5"):
            guard case .array(var arguments) = try parse(payload), case .string(let name)? = arguments.first,
                !reservedEvents.contains(name)
            else { throw .invalidPayload }
            arguments.removeFirst()
            return .event(name: name, arguments: arguments)
        case UInt8(ascii: "3"), UInt8(ascii: "6"):
            guard case .array(let arguments) = try parse(payload) else { throw .invalidPayload }
            return .ack(arguments: arguments)
        case UInt8(ascii: "4"):
            return .connectError
        default:
            throw .unknownType
        }
    }

    private static func parse(_ payload: ByteBuffer) throws(Failure) -> JSONValue {
        do throws(JSONParser.Failure) {
            return try JSONParser.parse(payload)
        } catch {
            throw .invalidPayload
        }
    }

    /// Names that a client's library uses for itself; no peer may send them (socket.io-parser).
    private static let reservedEvents: Set<ByteString> = [
        "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener",
    ]

    private static func reassembled(_ partial: Partial) throws(Failure) -> Packet {
        var packet = partial.packet
        func filled(_ values: [JSONValue]) throws(Failure) -> [JSONValue] {
            var result: [JSONValue] = []
            result.reserveCapacity(values.count)
            for value in values { result.append(try fill(value, with: partial.attachments)) }
            return result
        }
        switch packet.kind {
        case .event(let name, let arguments):
            packet.kind = .event(name: name, arguments: try filled(arguments))
        case .ack(let arguments):
            packet.kind = .ack(arguments: try filled(arguments))
        case .connect, .disconnect, .connectError:
            throw .illegalAttachments
        }
        return packet
    }

    private static func fill(_ value: JSONValue, with attachments: [ByteBuffer]) throws(Failure) -> JSONValue {
        switch value {
        case .array(let values):
            var filled: [JSONValue] = []
            for element in values { filled.append(try fill(element, with: attachments)) }
            return .array(filled)
        case .object(var object):
            if object["_placeholder"] == .bool(true) {
                guard case .integer(let number)? = object["num"], attachments.indices.contains(Int(number)) else {
                    throw .illegalAttachments
                }
                return .binary(attachments[Int(number)])
            }
            for index in object.members.indices {
                object.members[index].value = try fill(object.members[index].value, with: attachments)
            }
            return .object(object)
        case .null, .bool, .integer, .number, .string, .binary:
            return value
        }
    }
}
