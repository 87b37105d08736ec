import ByteText
import NIOCore

/// A Socket.IO packet (Socket.IO 5, "Packet types"), its attachments put back in place.
package struct Packet: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// `auth`: the object after it; `nil` when there was none.
        case connect(auth: JSONValue?)
        case disconnect
        /// `arguments`: without the event's name.
        case event(name: ByteString, arguments: [JSONValue])
        case ack(arguments: [JSONValue])
        /// Only servers send it; from a client it is a fault that the receiver judges.
        case connectError
    }

    package var namespace: ByteString
    package var kind: Kind
    /// The ack id: asked for by an event, answered by an ack.
    package var id: Int?
}
