import ByteText
import EngineIO
import NIOCore

@testable import SocketIO

extension FuzzTarget {
    /// Messages of an Engine.IO session: each a byte of kind (odd: binary), a byte of length, its bytes.
    static let socketPackets = FuzzTarget("socketio-packets") { bytes in
        for packet in packets(of: bytes) { try comesBack(packet) }
    }

    /// The packets up to the first fault.
    private static func packets(of bytes: UnsafeRawBufferPointer) -> [Packet] {
        var input = FuzzInput(bytes)
        var decoder = PacketDecoder()
        var packets: [Packet] = []
        while !input.rest.isEmpty {
            let isBinary = input.byte() & 1 == 1
            let length = Int(input.byte())
            let message = input.take(length).buffer
            do throws(PacketDecoder.Failure) {
                let packet = isBinary ? try decoder.receive(binary: message) : try decoder.receive(text: message)
                if let packet { packets.append(packet) }
            } catch {
                return packets
            }
        }
        return packets
    }

    /// What was decoded, written by the encoder and decoded again, is the same.
    private static func comesBack(_ packet: Packet) throws {
        let encoder = PacketEncoder(namespace: packet.namespace)
        let frames: EngineFrames
        switch packet.kind {
        case .event(let name, let arguments): frames = encoder.event(name.string, arguments.values, id: packet.id)
        case .ack(let arguments): frames = encoder.ack(packet.id ?? 0, arguments)
        case .connect, .disconnect, .connectError: return
        }
        var decoder = PacketDecoder()
        var again: Packet?
        var bytes = frames.bytes
        while let (payload, isBinary) = message(from: &bytes) {
            again = try isBinary ? decoder.receive(binary: payload) : decoder.receive(text: payload)
        }
        guard let again else { throw Broken("\(packet) was written as something incomplete") }
        switch (packet.kind, again.kind) {
        case (.event(let name, let arguments), .event(let otherName, let otherArguments)):
            try require(name == otherName && again.id == packet.id, "\(packet) came back as \(again)")
            try require(
                areAlike(.array(arguments.values), .array(otherArguments.values)),
                "\(packet) came back as \(again)")
        case (.ack(let arguments), .ack(let otherArguments)):
            try require(areAlike(.array(arguments), .array(otherArguments)), "\(packet) came back as \(again)")
        default:
            throw Broken("\(packet) came back as \(again)")
        }
    }

    /// The payload of the first server frame, without the packet type of a text.
    private static func message(from frames: inout ByteBuffer) -> (ByteBuffer, isBinary: Bool)? {
        guard let opcode = frames.readInteger(as: UInt8.self), let short = frames.readInteger(as: UInt8.self) else {
            return nil
        }
        let isBinary = opcode & 0x0F == 2
        let length: Int? =
            switch short {
            case 126: frames.readInteger(as: UInt16.self).map { Int($0) }
            case 127: frames.readInteger(as: UInt64.self).map { Int($0) }
            default: Int(short)
            }
        guard let length, var payload = frames.readSlice(length: length) else { return nil }
        if !isBinary { payload.moveReaderIndex(forwardBy: 1) }
        return (payload, isBinary)
    }

    /// JSON text; what was read is written, read again, and the same.
    static let json = FuzzTarget("json") { bytes in
        guard let value = try? JSONParser.parse(bytes.buffer).value else { return }
        let text = value.text
        guard let again = try? JSONParser.parse(ByteBuffer(string: text)).value else {
            throw Broken("what was written is no JSON: \(text)")
        }
        try require(areAlike(value, again), "\(value) came back as \(again)")
        try require(again.text == text, "\(text) was written again as \(again.text)")
    }

    /// Equal, but for how a number is kept: `1e3` is written as `1000`.
    static func areAlike(_ left: JSONValue, _ right: JSONValue) -> Bool {
        switch (left, right) {
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy(areAlike)
        case (.object(let left), .object(let right)):
            left.members.count == right.members.count
                && zip(left.members, right.members).allSatisfy { $0.name == $1.name && areAlike($0.value, $1.value) }
        case (.number(let left), .integer(let right)): left == Double(right)
        default: left == right
        }
    }
}
