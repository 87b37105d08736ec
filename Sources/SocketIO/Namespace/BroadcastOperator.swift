import ByteText
import EngineIO

/// A broadcast in the making: `io.to("room").except("other").emit("event", value)`.
public struct BroadcastOperator: Sendable {
    let namespace: Namespace
    var target: BroadcastTarget

    /// Also the sockets of this room; each socket gets a broadcast once.
    public func to(_ rooms: String...) -> BroadcastOperator {
        var copy = self
        copy.target.rooms += rooms.map { ByteString($0) }
        return copy
    }

    /// Not the sockets of this room (or the socket of this id).
    public func except(_ rooms: String...) -> BroadcastOperator {
        var copy = self
        copy.target.except += rooms.map { ByteString($0) }
        return copy
    }

    /// Not to sockets that have something unsent: for what is worthless when late.
    public var volatile: BroadcastOperator {
        var copy = self
        copy.target.volatile = true
        return copy
    }

    /// Encodes the event once and sends it.
    ///
    /// - Throws: `EncodingError` when an argument cannot be encoded.
    public func emit(_ event: String, _ arguments: any Encodable & Sendable...) throws {
        let values = try arguments.map { try EventArgument.encode($0) }
        namespace.adapter.broadcast(namespace.encoder.event(event, values), to: target)
    }

    /// Makes the sockets join a room.
    public func socketsJoin(_ room: String) {
        namespace.forEachSocket(in: target) { $0.join(room) }
    }

    /// Makes the sockets leave a room.
    public func socketsLeave(_ room: String) {
        namespace.forEachSocket(in: target) { $0.leave(room) }
    }

    /// Disconnects the sockets; `closingConnection`: with their transport.
    public func disconnectSockets(closingConnection: Bool = false) {
        namespace.forEachSocket(in: target) { $0.disconnect(closingConnection: closingConnection) }
    }
}
