import ByteText
import JSON
import NIOCore
import SocketServer

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
        /// The receiver wants none such.
        case refused
    }

    /// What is to become of a packet, judged by its head.
    package enum Verdict {
        case decode(EventLimits)
        /// It is nobody's: its payload is not looked at, its attachments are dropped.
        case skip
        /// The connection must be closed.
        case refuse
    }

    /// A packet whose attachments are due, counted in the client's account. An object, as hardly any connection has
    /// one.
    private final class Partial {
        /// `nil` for one that is skipped.
        let packet: Packet?
        let keepsAttachments: Bool
        var missing: Int
        var attachments: [ByteBuffer] = []
        private var level: AccountedLevel?
        private var size: Int

        init(_ packet: Packet?, keepsAttachments: Bool, missing: Int, account: ByteAccount?) {
            self.packet = packet
            self.keepsAttachments = keepsAttachments
            self.missing = missing
            size = packet?.size ?? 0
            if let account { level = AccountedLevel(of: account, isUnfinishedInput: true) }
            level?.set(size)
        }

        func add(_ attachment: ByteBuffer) {
            missing -= 1
            guard keepsAttachments else { return }
            attachments.append(attachment)
            size += attachment.readableBytes + MemoryLayout<ByteBuffer>.stride
            level?.set(size)
        }
    }

    private var partial: Partial?
    private let account: ByteAccount?

    /// - Parameter account: where packets count whose attachments are due.
    package init(account: ByteAccount? = nil) { self.account = account }

    /// A text message.
    ///
    /// - Returns: the packet; `nil` while its attachments are due, and for one that is skipped.
    package mutating func receive(
        text: ByteBuffer, judge: (PacketHead) -> Verdict = { _ in .decode(EventLimits()) }
    ) throws(Failure) -> Packet? {
        guard partial == nil else { throw .unexpected }
        // The bytes are reached once for all that is read of them.
        let result: Result<Packet?, Failure> = text.withUnsafeReadableBytes { bytes in
            do throws(Failure) {
                return .success(try receive(bytes, judge))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private mutating func receive(
        _ text: UnsafeRawBufferPointer, _ judge: (PacketHead) -> Verdict
    ) throws(Failure) -> Packet? {
        let (head, size) = try PacketHead.read(text)
        let limits: EventLimits
        switch judge(head) {
        case .refuse: throw .refused
        case .skip:
            guard head.attachments > 0 else { return nil }
            partial = Partial(nil, keepsAttachments: false, missing: head.attachments, account: account)
            return nil
        case .decode(let granted): limits = granted
        }
        var packet = try Self.packet(head, payload: UnsafeRawBufferPointer(rebasing: text[size...]), limits: limits)
        guard head.attachments > 0 else { return packet }
        if !limits.takesBinary { packet.drop(because: .binary) }
        partial = Partial(
            packet, keepsAttachments: packet.flaw == nil, missing: head.attachments, account: account)
        return nil
    }

    /// A binary message.
    ///
    /// - Returns: the packet, when this was its last attachment.
    package mutating func receive(binary: ByteBuffer) throws(Failure) -> Packet? {
        guard let partial else { throw .unexpected }
        partial.add(binary)
        guard partial.missing <= 0 else { return nil }
        self.partial = nil
        guard let packet = partial.packet, packet.flaw == nil else { return partial.packet }
        return try Self.reassembled(packet, with: partial.attachments)
    }

    private static func packet(
        _ head: PacketHead, payload: UnsafeRawBufferPointer, limits: EventLimits
    ) throws(Failure) -> Packet {
        var packet = Packet(namespace: head.namespace, kind: .disconnect, id: head.id)
        packet.size = head.payloadSize
        switch head.kind {
        case .connect:
            packet.kind = .connect(auth: nil)
            guard !payload.isEmpty else { break }
            let auth = try parse(payload, limits, in: &packet).root
            // A text that cannot be is no token: who is let in says so.
            if case .brokenText = packet.flaw { packet.flaw = nil }
            guard auth.kind == .object, packet.flaw == nil else { throw .invalidPayload }
            packet.kind = .connect(auth: auth.value)
        case .disconnect:
            guard payload.isEmpty else { throw .invalidPayload }
        case .event:
            let document = try parse(payload, limits, in: &packet)
            guard let name = document.root.first?.string, !isReserved(name) else { throw .invalidPayload }
            packet.kind = .event(
                name: name, arguments: packet.flaw == nil ? EventArguments(behindNameOf: document) : [])
        case .ack:
            guard case .array(let arguments) = try parse(payload, limits, in: &packet).root.value else {
                throw .invalidPayload
            }
            packet.kind = .ack(arguments: arguments)
        case .connectError:
            packet.kind = .connectError
        }
        return packet
    }

    private static func parse(
        _ payload: UnsafeRawBufferPointer, _ limits: EventLimits, in packet: inout Packet
    ) throws(Failure) -> JSONDocument {
        do throws(JSONParser.Failure) {
            let parsed = try JSONParser.parse(payload, .steppingOver(maxValues: limits.maxValues))
            packet.values = parsed.count
            packet.skipped = parsed.skipped
            packet.flaw = EventFlaw(parsed)
            packet.size += parsed.count * MemoryLayout<JSONValue>.stride
            return parsed.document
        } catch {
            throw .invalidPayload
        }
    }

    /// Names that a client's library uses for itself; no peer may send them (socket.io-parser). So few are looked
    /// through sooner than one is hashed.
    private static let reservedEvents: [ByteString] = [
        "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener",
    ]

    private static func isReserved(_ name: ByteString) -> Bool { reservedEvents.contains { $0 == name } }

    private static func reassembled(_ whole: Packet, with attachments: [ByteBuffer]) throws(Failure) -> Packet {
        var packet = whole
        func filled(_ values: [JSONValue]) throws(Failure) -> [JSONValue] {
            var result: [JSONValue] = []
            result.reserveCapacity(values.count)
            for value in values { result.append(try fill(value, with: attachments)) }
            return result
        }
        switch packet.kind {
        case .event(let name, let arguments):
            packet.kind = .event(name: name, arguments: EventArguments(try filled(arguments.values)))
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
