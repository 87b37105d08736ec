import ByteText
import JSON
import NIOCore

/// A Socket.IO packet (Socket.IO 5, "Packet types"), its attachments put back in place.
package struct Packet: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// `auth`: the object after it; `nil` when there was none.
        case connect(auth: JSONValue?)
        case disconnect
        /// `arguments`: without the event's name.
        case event(name: ByteString, arguments: EventArguments)
        case ack(arguments: [JSONValue])
        /// Only servers send it; from a client it is a fault that the receiver judges.
        case connectError
    }

    package var namespace: ByteString
    package var kind: Kind
    /// The ack id: asked for by an event, answered by an ack.
    package var id: Int?
    /// Why an event has no arguments, though it came with some.
    package var flaw: EventFlaw?
    /// Bytes of memory that it takes up, about.
    package var size = 0
    /// JSON values in it.
    package var values = 0
    /// Values that were stepped over, because they nest too deep or are too many.
    package var skipped = 0

    package init(namespace: ByteString, kind: Kind, id: Int?) {
        self.namespace = namespace
        self.kind = kind
        self.id = id
    }

    /// Lets go of an event's arguments.
    mutating func drop(because flaw: EventFlaw) {
        guard case .event(let name, _) = kind else { return }
        kind = .event(name: name, arguments: [])
        size = name.count
        self.flaw = flaw
    }

    /// Whether they say the same; what reading them cost is no part of it.
    package static func == (left: Self, right: Self) -> Bool {
        left.namespace == right.namespace && left.kind == right.kind && left.id == right.id && left.flaw == right.flaw
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(namespace)
        hasher.combine(kind)
        hasher.combine(id)
    }
}
