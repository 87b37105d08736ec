import ByteText
public import EngineIO

/// What one process does to a namespace's sockets, in a form that another can carry out on its own.
public enum ClusterMessage: Sendable, Equatable {
    case batch(DeliveryBatch)
    /// An event, encoded for this namespace.
    case broadcast(EngineFrames, to: BroadcastTarget)
    case join(rooms: [ByteString], BroadcastTarget)
    case leave(rooms: [ByteString], BroadcastTarget)
    /// `closingConnection`: with their transport.
    case disconnect(BroadcastTarget, closingConnection: Bool)

    /// Whether another process could have something to do with it: a batch of nothing but answers has nothing for it.
    public var concernsOthers: Bool {
        if case .batch(let batch) = self { batch.concernsOthers } else { true }
    }
}

/// Why bytes are no ``ClusterMessage``, or one has no bytes.
public enum ClusterMessageError: Error, Sendable, Hashable {
    /// Longer than ``ClusterMessage/maxSize``.
    case tooLong
    /// Written by a later version.
    case unsupportedVersion(UInt8)
    /// A message, or an operation of a batch, of no kind that there is.
    case unknownKind(UInt8)
    /// It ends before what it announces.
    case truncated
    /// More follows than it announces.
    case excessBytes
    /// Text that is no UTF-8, frames that no server sends, a range whose end is before its beginning, a flag that is
    /// neither 0 nor 1.
    case malformed
    /// An act that nobody here can make anything of: see ``Namespace/setActDecoder(_:)``.
    case unknownAct
}

/// Something to be done with a socket, in order with what a batch tells it, in a form that another process can carry
/// out.
public protocol SocketAct: Sendable {
    /// On the socket's loop, while it is connected.
    func perform(on socket: Socket)
    /// Writes what ``Namespace/setActDecoder(_:)`` makes it of again.
    func encode(into writer: inout ClusterWriter)
}
