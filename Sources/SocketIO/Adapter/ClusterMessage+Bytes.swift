import ByteText
import EngineIO
public import NIOCore

/// A message as bytes:
///
/// 1. The version (1), and the kind of the message, a byte each.
/// 2. Of a batch: its stamp, whether it is ephemeral, whether it has a trailer, and that; then how many operations
///    follow, and of each the kind and what it needs. What names a socket (answers, and who is left out of a broadcast)
///    means nothing to other processes and is not written.
/// 3. Of anything else: what is to be told or which rooms, then the target.
///
/// What is read was written by another process, which may be of another version, or by who pretends to be one: bytes
/// that are not exactly a message are refused, and none trap.
extension ClusterMessage {
    /// Bytes of the longest that is written or read.
    public static let maxSize = 64 << 20
    static let version: UInt8 = 1

    private enum Kind: UInt8 {
        case batch = 1
        case broadcast, join, leave, disconnect
    }

    /// - Throws: ``ClusterMessageError/tooLong``.
    public func encoded() throws(ClusterMessageError) -> ByteBuffer {
        var writer = ClusterWriter()
        writer.write(Self.version)
        switch self {
        case .batch(let batch):
            writer.write(Kind.batch.rawValue)
            batch.encode(into: &writer)
        case .broadcast(let frames, let target):
            writer.write(Kind.broadcast.rawValue)
            writer.write(frames)
            writer.write(target)
        case .join(let rooms, let target):
            writer.write(Kind.join.rawValue)
            writer.write(rooms)
            writer.write(target)
        case .leave(let rooms, let target):
            writer.write(Kind.leave.rawValue)
            writer.write(rooms)
            writer.write(target)
        case .disconnect(let target, let closingConnection):
            writer.write(Kind.disconnect.rawValue)
            writer.write(target)
            writer.write(closingConnection)
        }
        guard writer.buffer.readableBytes <= Self.maxSize else { throw .tooLong }
        return writer.buffer
    }

    /// - Parameter act: makes an act of what it wrote; `nil` when it cannot.
    public init(
        _ bytes: ByteBuffer, act: (inout ClusterReader) throws(ClusterMessageError) -> (any SocketAct)? = { _ in nil }
    ) throws(ClusterMessageError) {
        guard bytes.readableBytes <= Self.maxSize else { throw .tooLong }
        var reader = ClusterReader(bytes)
        let version = try reader.byte()
        guard version == Self.version else { throw .unsupportedVersion(version) }
        let kind = try reader.byte()
        switch Kind(rawValue: kind) {
        case .batch: self = .batch(try DeliveryBatch(&reader, act: act))
        case .broadcast: self = .broadcast(try reader.frames(), to: try reader.target())
        case .join: self = .join(rooms: try reader.texts(), try reader.target())
        case .leave: self = .leave(rooms: try reader.texts(), try reader.target())
        case .disconnect: self = .disconnect(try reader.target(), closingConnection: try reader.flag())
        case nil: throw .unknownKind(kind)
        }
        try reader.end()
    }
}

extension DeliveryBatch {
    private enum Kind: UInt8 {
        case room = 1
        case floors, rooms, join, leave, perform
    }

    fileprivate func encode(into writer: inout ClusterWriter) {
        writer.write(stamp)
        writer.write(isEphemeral)
        writer.write(trailer != nil)
        if let trailer { writer.write(trailer) }
        let shared = operations.filter(\.concernsOthers)
        writer.write(count: shared.count)
        for operation in shared { Self.encode(operation, into: &writer) }
    }

    private static func encode(_ operation: Operation, into writer: inout ClusterWriter) {
        switch operation {
        case .socket, .answer:
            preconditionFailure("what is for one socket concerns its process alone")
        case .room(let name, let frames, _):
            writer.write(Kind.room.rawValue)
            writer.write(name)
            writer.write(frames)
        case .floors(let name, let frames, let floors):
            writer.write(Kind.floors.rawValue)
            writer.write(name)
            writer.write(frames)
            writer.write(floors.lowerBound)
            writer.write(floors.upperBound)
        case .rooms(let names, let frames, let except):
            writer.write(Kind.rooms.rawValue)
            writer.write(names)
            writer.write(frames)
            writer.write(except)
        case .join(let selector, let room):
            writer.write(Kind.join.rawValue)
            writer.write(selector)
            writer.write(room)
        case .leave(let selector, let room):
            writer.write(Kind.leave.rawValue)
            writer.write(selector)
            writer.write(room)
        case .perform(let selector, let act):
            writer.write(Kind.perform.rawValue)
            writer.write(selector)
            writer.write(act)
        }
    }

    fileprivate convenience init(
        _ reader: inout ClusterReader, act: (inout ClusterReader) throws(ClusterMessageError) -> (any SocketAct)?
    ) throws(ClusterMessageError) {
        let stamp = try reader.number()
        let isEphemeral = try reader.flag()
        let trailer = try reader.flag() ? try reader.frames() : nil
        var operations: [Operation] = []
        for _ in 0..<(try reader.count()) { operations.append(try Self.operation(&reader, act)) }
        self.init(stamp: stamp, operations: operations, trailer: trailer, isEphemeral: isEphemeral)
    }

    private static func operation(
        _ reader: inout ClusterReader, _ act: (inout ClusterReader) throws(ClusterMessageError) -> (any SocketAct)?
    ) throws(ClusterMessageError) -> Operation {
        let kind = try reader.byte()
        switch Kind(rawValue: kind) {
        case .room:
            return .room(try reader.text(), try reader.frames(), except: nil)
        case .floors:
            let (name, frames) = (try reader.text(), try reader.frames())
            let (lower, upper) = (try reader.number(), try reader.number())
            guard lower <= upper else { throw .malformed }
            return .floors(name, frames, lower..<upper)
        case .rooms:
            return .rooms(try reader.texts(), try reader.frames(), except: try reader.text())
        case .join:
            return .join(selector: try reader.text(), room: try reader.text())
        case .leave:
            return .leave(selector: try reader.text(), room: try reader.text())
        case .perform:
            let selector = try reader.text()
            var bytes = ClusterReader(try reader.bytes())
            guard let act = try act(&bytes) else { throw .unknownAct }
            try bytes.end()
            return .perform(selector: selector, act)
        case nil:
            throw .unknownKind(kind)
        }
    }
}
